import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { drain } from "../../../src/bytes/bytes.ts";
import { TareError } from "../../../src/errors.ts";
import { readApk } from "../../../src/formats/apk/apk.ts";
import { apkIndexText, readApkIndexFile } from "../../../src/formats/apk/index-file.ts";
import { parseApkIndex } from "../../../src/formats/apk/index-record.ts";
import { parsePackageInfo } from "../../../src/formats/apk/package-info.ts";
import { compareApkVersions } from "../../../src/formats/apk/version.ts";
import { selectPackages } from "../../../src/sources/alpine/select.ts";
import { apkIndexOf, apkOf, apkSigner, builtApk } from "../../kit/apk-package.ts";
import { observed } from "../../kit/chunks.ts";

async function outcome(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(TareError);
  }
}

/** Bytes of it changed, or its end cut off. */
const mutation = (bytes: Uint8Array) =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 4 }),
      fc.option(fc.nat(bytes.length), { freq: 5 }),
    )
    .map(([changes, end]) => {
      const copy = Buffer.from(bytes);
      for (const [at, value] of changes) copy[at] = value;
      return copy.subarray(0, end ?? copy.length);
    });

const read = (bytes: Uint8Array) =>
  readApk(observed(bytes).stream, bytes.length, "a package", async ({ data }) => {
    for await (const { content } of data) if (!(content instanceof Uint8Array)) await drain(content);
  });
const readIndex = async (bytes: Uint8Array) => {
  const file = await readApkIndexFile(bytes, "an index");
  parseApkIndex((await apkIndexText(file, "an index")).text, "an index");
};

const signer = apkSigner();
const data = {
  name: "a",
  files: { "usr/a": "a", "usr/b": { link: "a" }, "usr/c": { hardlink: "usr/a" } },
  scripts: { "post-install": "true" },
};
/** The plain tars that an archive is made of, each a member. */
function membersOf(bytes: Buffer): Buffer[] {
  const starts = [...bytes.keys()].filter(
    (at) => bytes.readUIntBE(Math.min(at, bytes.length - 3), 3) === 0x1f8b08,
  );
  return starts.flatMap((start, at) => {
    try {
      return [gunzipSync(bytes.subarray(start, starts[at + 1]))];
    } catch {
      return [];
    }
  });
}

test.each([
  ["a package", apkOf(data, signer), read],
  ["an index", apkIndexOf([builtApk(data).stanza], signer), readIndex],
])(
  "whatever is changed in %s, or in what its members hold, it is read or refused in words",
  async (_, bytes, read) => {
    await fc.assert(
      fc.asyncProperty(mutation(bytes), (changed) => outcome(() => read(changed))),
      { numRuns: 500, seed: 5 },
    );
    const members = membersOf(bytes);
    expect(members.length).toBeGreaterThan(1);
    const changedMembers = fc.tuple(...members.map(mutation));
    await fc.assert(
      fc.asyncProperty(changedMembers, (changed) =>
        outcome(() => read(Buffer.concat(changed.map((member) => gzipSync(member))))),
      ),
      { numRuns: 500, seed: 5 },
    );
  },
);

const word = fc.constantFrom(
  ..."a a=1 a@b a~1 !a a><Q1x so:x=1_rc2 = > ~ 1.0-r0 1..2 -1 99999999999999999999 __proto__ Q1AAAA ../x".split(
    " ",
  ),
  "\u001b[2J",
  "x".repeat(5000),
);
const words = fc.array(word, { maxLength: 4 }).map((all) => all.join(" "));

test("whatever stands in a stanza, packages are chosen or refused in words", async () => {
  const field = fc.tuple(fc.constantFrom(..."CPVASIoDpikqz"), words);
  const stanzas = fc.array(fc.array(field, { maxLength: 8 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(stanzas, (stanzas) =>
      outcome(() => {
        const lines = stanzas.map((fields) => fields.map(([key, value]) => `${key}:${value}\n`).join(""));
        const sound = builtApk({ name: "b", depends: ["a"] }).stanza;
        const records = parseApkIndex([...lines, sound].join("\n"), "an index");
        const wants = { include: ["a", "b"], exclude: [], architecture: "x86_64" };
        selectPackages([{ repository: "main", records }], wants);
      }),
    ),
    { numRuns: 1000, seed: 5 },
  );
});

test("any .PKGINFO is read or refused in words, and any two texts compare as versions", async () => {
  const key = fc.constantFrom(
    "pkgname",
    "pkgver",
    "size",
    "builddate",
    "datahash",
    "depend",
    "__proto__",
    "triggers",
  );
  const line = fc
    .tuple(key, fc.oneof(words, fc.constant("0".repeat(64))))
    .map(([key, value]) => `${key} = ${value}`);
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 10 }), (lines) =>
      outcome(() => parsePackageInfo(lines.join("\n"), "a package")),
    ),
    { numRuns: 1000, seed: 5 },
  );
  fc.assert(
    fc.property(word, fc.string(), (a, b) => {
      expect(Math.sign(compareApkVersions(a, b))).toBe(-Math.sign(compareApkVersions(b, a)) || 0);
    }),
    { numRuns: 1000, seed: 5 },
  );
});
