import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { encodeText } from "../../src/bytes/text.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import type { Entry } from "../../src/model/entry.ts";
import { arbitraryTree, type TreeLimits } from "../kit/arbitrary-tree.ts";
import { mustRun } from "../kit/command.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { listWithBsdtar, listWithGnuTar, listWithPython, type TarLister } from "../kit/tar-listing.ts";
import { withFolder } from "../kit/temporary.ts";

/** Fractions of times before 1970 are unpacked well and listed wrong, by GNU tar; so here is none. */
const anything: TreeLimits = {
  rawNames: true,
  nameSize: 255,
  largestId: 0xff_ff_ff_fe,
  times: [-(2 ** 36), 2 ** 40],
  nanoseconds: false,
  xattrs: true,
};

/** Links that fit no field of a header. */
const longLinks: Entry[] = (["file", "hardlink", "symlink"] as const).map((type) => ({
  path: `${type[0]}${"n".repeat(150)}`,
  type,
  mode: type === "symlink" ? 0o777 : 0o644,
  uid: 0,
  gid: 0,
  uname: "",
  gname: "",
  size: 0,
  mtime: 1,
  content: new Uint8Array(0),
  ...(type !== "file" && { link: `f${"n".repeat(150)}` }),
}));
const slow = { timeout: 180_000 };

test.for<[string, TarLister, TreeLimits]>([
  ["GNU tar", listWithGnuTar, anything],
  ["bsdtar", listWithBsdtar, { ...anything, rawNames: false }],
  ["Python", listWithPython, anything],
])("%s lists every tree as we wrote it", slow, async ([, list, limits], context) => {
  needsPeers(context, "tar", "bsdtar", "python3");
  await withFolder((folder) =>
    fc.assert(
      fc.asyncProperty(arbitraryTree(limits), async (tree) => {
        const file = join(folder, "a.tar");
        await writeFile(file, await collect(writeTar(tree), 1 << 24, file));
        const want = tree.map(({ path, type, mode, uid, gid, size, mtime, link }) => {
          return { path, type, mode, uid, gid, size, mtime, ...(link !== undefined && { link }) };
        });
        expect(await list(file)).toEqual({ refused: false, entries: want });
      }),
      { numRuns: 12, examples: [[longLinks]] },
    ),
  );
});

/** What ext4 keeps of time, with its fractions. */
const onDisk: TreeLimits = { ...anything, nanoseconds: true, times: [1 - 2 ** 31, 15_032_385_534] };
const sparse = ["--sparse", "--hole-detection=raw"];
const plain: TreeLimits = { ...onDisk, nanoseconds: false, xattrs: false };

test.for<[string, string[], TreeLimits]>([
  ["pax", ["--format=pax", "--xattrs", "--xattrs-include=*"], onDisk],
  ["pax, sparse 0.0", ["--format=pax", ...sparse, "--sparse-version=0.0"], { ...onDisk, xattrs: false }],
  ["pax, sparse 0.1", ["--format=pax", ...sparse, "--sparse-version=0.1"], { ...onDisk, xattrs: false }],
  ["pax, sparse 1.0", ["--format=pax", ...sparse, "--xattrs", "--xattrs-include=*"], onDisk],
  ["gnu", ["--format=gnu"], plain],
  ["gnu, sparse", ["--format=gnu", ...sparse], plain],
  ["ustar", ["--format=ustar"], { ...plain, nameSize: 10, largestId: 0o7777777, times: [0, 0o77777777777] }],
])(
  "GNU tar unpacks what we wrote, and we read what it makes of that as %s",
  slow,
  async ([, options, limits], context) => {
    needsPeers(context, "tar");
    needsRoot(context);
    let runs = 0;
    await withFolder((folder) =>
      fc.assert(
        fc.asyncProperty(arbitraryTree(limits), async (tree) => {
          runs += 1;
          const [ours, theirs, list] = ["a", "b", "list"].map((name) => join(folder, name)) as [
            string,
            string,
            string,
          ];
          const root = join(folder, String(runs));
          await mkdir(root);
          await writeFile(ours, await collect(writeTar(tree), 1 << 24, ours));
          const env = { LC_ALL: "C.UTF-8" };
          const owner = [
            "--numeric-owner",
            "--same-owner",
            "--same-permissions",
            "--delay-directory-restore",
          ];
          await mustRun("tar", ["--xattrs", "--xattrs-include=*", ...owner, "-C", root, "-xf", ours], {
            env,
          });
          await writeFile(list, Buffer.concat(tree.map(({ path }) => encodeText(`./${path}\0`))));
          const choice = ["--no-recursion", "--null", "-C", root, "-T", list];
          await mustRun("tar", [...options, "--numeric-owner", "-cf", theirs, ...choice], { env });
          expect(await read(theirs)).toEqual(tree.map(comparable));
        }),
        { numRuns: 8 },
      ),
    );
  },
);

async function read(file: string): Promise<object[]> {
  const entries: object[] = [];
  for await (const entry of readTar([await readFile(file)], file, { onSparse() {} })) {
    const { content } = entry;
    const bytes = content instanceof Uint8Array ? content : await collect(content, 1 << 24, entry.path);
    entries.push(comparable({ ...entry, content: new Uint8Array(bytes) }));
  }
  return entries;
}

/** A hardlink is the file it leads to: what its own header repeats does not count. Bytes as hex, for short differences. */
function comparable(entry: Entry): object {
  if (entry.type === "hardlink") return { path: entry.path, link: entry.link };
  const xattrs = [...(entry.xattrs ?? [])].map(([name, value]) => [name, Buffer.from(value).toString("hex")]);
  return {
    ...entry,
    content: Buffer.from(entry.content as Uint8Array).toString("hex"),
    xattrs: xattrs.sort(),
  };
}
