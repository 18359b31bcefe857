import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { drain } from "../../../src/bytes/bytes.ts";
import { TareError } from "../../../src/errors.ts";
import { filesOf } from "../../../src/formats/rpm/files.ts";
import { installedHeader } from "../../../src/formats/rpm/installed-header.ts";
import { openRpm, readRpm } from "../../../src/formats/rpm/package.ts";
import { signaturesOf } from "../../../src/formats/rpm/signatures.ts";
import { cpioEnd, cpioMember, filesHeader, headerBytes, rpmBytes } from "../../kit/rpm-bytes.ts";

const files = [
  { path: "/usr/bin/a", content: "aaaa", inode: 7 },
  { path: "/usr/bin/b", content: "aaaa", inode: 7 },
  { path: "/usr/bin/c", content: "c", caps: "cap_net_raw=ep" },
  { path: "/usr/bin/d", link: "c", mode: 0o120777 },
];
const members = [
  cpioMember("./usr/bin/a", ""),
  cpioMember(1, "aaaa"),
  cpioMember("./usr/bin/c", "c"),
  cpioMember("./usr/bin/d", "c"),
];
const archive = Buffer.concat([...members, cpioEnd]);

/** Bytes of it changed, or its end cut off. */
const mutation = (bytes: Uint8Array) =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.option(fc.nat(bytes.length), { freq: 5 }),
    )
    .map(([changes, end]) => {
      const copy = Buffer.from(bytes);
      for (const [at, value] of changes) copy[at] = value;
      return copy.subarray(0, end ?? copy.length);
    });

async function outcome(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(TareError);
  }
}

test("whatever is changed in a package, it is read or refused in words", async () => {
  const bytes = rpmBytes({ header: headerBytes(63, filesHeader(files, archive)), payload: archive });
  await fc.assert(
    fc.asyncProperty(mutation(bytes), (changed) =>
      outcome(() =>
        // Without its digests, which would notice nearly all of it.
        openRpm([changed], changed.length, "a package", async ({ signature, header, payload }) => {
          const list = filesOf(header, "a package");
          signaturesOf(signature);
          for (const { tag } of header.entries) {
            for (const read of ["texts", "numbers", "binary"] as const)
              await outcome(async () => header[read](tag));
          }
          installedHeader(signature, header, { time: 0, color: 0, states: list.map(() => 0) });
          await drain(payload);
        }),
      ),
    ),
    { numRuns: 3000, seed: 5 },
  );
});

test("whatever is changed in an archive, whose digest somebody made anew", async () => {
  await fc.assert(
    fc.asyncProperty(mutation(archive), (changed) => {
      const payload = gzipSync(changed, { level: 1 });
      const bytes = rpmBytes({ header: headerBytes(63, filesHeader(files, payload)), payload });
      return outcome(() =>
        readRpm([bytes], bytes.length, "a package", async ({ entries }) => {
          for await (const { content } of entries) if (!(content instanceof Uint8Array)) await drain(content);
        }),
      );
    }),
    { numRuns: 500, seed: 5 },
  );
});
