import fc from "fast-check";
import { expect, test } from "vitest";
import { drain } from "../../../src/bytes/bytes.ts";
import { TareError } from "../../../src/errors.ts";
import { readTar } from "../../../src/formats/tar/decode.ts";
import { encodeHeader } from "../../../src/formats/tar/encode.ts";
import type { EntryHeader } from "../../../src/model/entry.ts";
import { inChunks } from "../../kit/chunks.ts";
import { paxBlock, tarBlock, tarOfBlocks } from "../../kit/tar-blocks.ts";

async function listed(bytes: Uint8Array, chunk = 4096): Promise<EntryHeader[]> {
  const found: EntryHeader[] = [];
  for await (const { content, ...header } of readTar(inChunks(bytes, chunk), "t.tar")) {
    if (!(content instanceof Uint8Array)) await drain(content);
    found.push(header);
  }
  return found;
}

const names = async (...blocks: Parameters<typeof tarOfBlocks>[0]) =>
  (await listed(tarOfBlocks(blocks))).map(({ path, type }) => `${type} ${path}`);

test.each<[string, Parameters<typeof tarOfBlocks>[0], string]>([
  ["a file without a name", [{ name: "./", type: "0", content: "x" }, { name: "x" }], "checksum is wrong"],
  [
    "a symlink that takes the root's place",
    [{ name: "./", type: "2", link: "/etc" }],
    "it has a symlink without a name",
  ],
  ["a device that takes the root's place", [{ name: ".", type: "3" }], "it has a character without a name"],
  [
    "a hardlink to the root",
    [{ name: "x", type: "1", link: "./" }],
    "x is a hardlink to itself or to no file",
  ],
  [
    "a hardlink to itself",
    [{ name: "x", type: "1", link: "./x" }],
    "x is a hardlink to itself or to no file",
  ],
  ["a hardlink that climbs out", [{ name: "x", type: "1", link: "a/../../x" }], "leads out of the root"],
  ["a symlink to nothing", [{ name: "x", type: "2" }], "x is a symlink whose text no system takes"],
  [
    "a symlink with a text that no system takes",
    [paxBlock({ linkpath: "a/".repeat(60_000) }), { name: "x", type: "2" }],
    "x is a symlink whose text no system takes",
  ],
  [
    "a symlink with a NUL",
    [paxBlock({ linkpath: "a\0b" }), { name: "x", type: "2" }],
    "x is a symlink whose text",
  ],
  ["a path with a NUL", [paxBlock({ path: "a\0b" }), { name: "x" }], "holds a NUL"],
  [
    "a path longer than any",
    [paxBlock({ path: "a/".repeat(3000) }), { name: "x" }],
    "a path of 6000 characters is too long",
  ],
  [
    "an id that chown takes for none",
    [paxBlock({ uid: "4294967295" }), { name: "x" }],
    "x has the uid 4294967295, which nobody can have",
  ],
  ["an id below zero", [paxBlock({ gid: "-1" }), { name: "x" }], "x has the gid -1, which nobody can have"],
  [
    "an id that wraps around to root",
    [paxBlock({ uid: "4294967296" }), { name: "x" }],
    "which nobody can have",
  ],
  [
    "an id that is no number",
    [paxBlock({ uid: "0x0" }), { name: "x" }],
    "x has a pax uid that is not a number",
  ],
  ["a negative size", [paxBlock({ size: "-1" }), { name: "x" }], "x has a negative size"],
  [
    "a size past every number",
    [paxBlock({ size: "9".repeat(40) }), { name: "x" }],
    "x has a pax size that is not a number",
  ],
  [
    "a time that is none",
    [paxBlock({ mtime: "1e9" }), { name: "x" }],
    "x has a pax mtime that is not a time",
  ],
  ["a sparse file", [paxBlock({ "GNU.sparse.major": "1" }), { name: "x" }], "x is a sparse file"],
  ["GNU's own sparse file", [{ name: "x", type: "S" }], "x is a sparse file"],
  ["an unknown type", [{ name: "x", type: "Z" }], 'x has the unknown type "Z"'],
  [
    "a pax record that lies about its length",
    [tarBlock({ name: "p", type: "x", content: "99 path=x\n" }), { name: "x" }],
    "a pax record's length is wrong",
  ],
  [
    "a pax record without a keyword",
    [tarBlock({ name: "p", type: "x", content: "8 paths\n" }), { name: "x" }],
    "a pax record has no keyword",
  ],
  ["an extension header without an end", [tarBlock({ name: "p", type: "L", size: 1 << 19 })], "ends after"],
  [
    "an extension header too large to keep",
    [tarBlock({ name: "p", type: "x", size: (1 << 20) + 1 })],
    "extension headers of 1048577 bytes are too large",
  ],
])("%s is refused", async (_, blocks, why) => {
  await expect(listed(tarOfBlocks(blocks))).rejects.toThrow(why);
});

test("extension headers without an entry do not pile up in memory", async () => {
  const one = paxBlock({ comment: "c".repeat(500_000) });
  await expect(listed(tarOfBlocks([one, one, one, { name: "x" }]))).rejects.toThrow("are too large");
  const global = paxBlock({ [`k${"k".repeat(500_000)}`]: "v" }, "g");
  await expect(listed(tarOfBlocks([global, { name: "a" }, global, { name: "b" }, global]))).rejects.toThrow(
    "are too large",
  );
  expect(await names(one, { name: "a" }, one, { name: "b" }, one, { name: "c" })).toEqual([
    "file a",
    "file b",
    "file c",
  ]);
});

test("a hardlink carries nothing, whatever its size says", async () => {
  const link = tarBlock({ name: "b", type: "1", link: "a", size: 5000 });
  expect(await names({ name: "a", content: "x" }, link, { name: "c" })).toEqual([
    "file a",
    "hardlink b",
    "file c",
  ]);
});

test("a pax size is the entry's, not that of a header in between", async () => {
  const file = tarBlock({ name: "short", content: "12345", size: 0 });
  const bytes = [paxBlock({ size: "5" }), tarBlock({ name: "L", type: "L", content: "long\0" }), file];
  expect(await listed(tarOfBlocks([...bytes, { name: "next" }]))).toMatchObject([
    { path: "long", size: 5 },
    { path: "next", size: 0 },
  ]);
});

test("what stands behind the end mark is read past, and never taken for a file", async () => {
  const bytes = Buffer.concat([tarOfBlocks([{ name: "a" }]), tarOfBlocks([{ name: "hidden" }])]);
  expect((await listed(bytes)).map(({ path }) => path)).toEqual(["a"]);
});

test("v7's directories, with a slash and a file's type, are directories", async () => {
  expect(await names({ name: "usr/", type: "\0" }, { name: "usr/x", type: "7" })).toEqual([
    "directory usr",
    "file usr/x",
  ]);
});

test("an archive cut anywhere inside an entry is refused, or ends before it", async () => {
  const bytes = tarOfBlocks([
    paxBlock({ path: "first" }),
    { name: "x", content: "a".repeat(700) },
    { name: "second", content: "b".repeat(100) },
  ]).subarray(0, -1024);
  const ends = new Set([0, 1024 + 512 + 1024, bytes.length]);
  for (let length = 0; length <= bytes.length; length += 64) {
    const outcome = await listed(bytes.subarray(0, length)).then(
      (entries) => entries.length,
      (cause) => cause,
    );
    if (ends.has(length)) expect(outcome).toEqual(expect.any(Number));
    // A pax header of which nothing follows describes nothing.
    else if (length !== 1024) expect(outcome).toBeInstanceOf(TareError);
  }
});

test("any bytes at all are read, or refused with a sentence of ours, and soon", async () => {
  const sound = tarOfBlocks([
    paxBlock({ path: "p", mtime: "1.5" }),
    { name: "x", content: "hello" },
    { name: "l", type: "2", link: "x" },
  ]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 6 }),
      fc.integer({ min: 1, max: 600 }),
      async (changes, chunk) => {
        const bytes = Buffer.from(sound);
        for (const [at, byte] of changes) bytes[at] = byte;
        const outcome = await listed(bytes, chunk).catch((cause) => cause);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(TareError);
      },
    ),
    { numRuns: 300 },
  );
});

test("a second pax header of one entry replaces the first, as it does for GNU tar and Go", async () => {
  const [found] = await listed(
    tarOfBlocks([paxBlock({ path: "a", uid: "7" }), paxBlock({ uid: "8" }), { name: "b" }]),
  );
  expect(found).toMatchObject({ path: "b", uid: 8 });
});

test.each(["path", "linkpath", "size"])("a global header that sets a %s is refused", async (keyword) => {
  const blocks = tarOfBlocks([paxBlock({ [keyword]: "1" }, "g"), { name: "b" }]);
  await expect(listed(blocks)).rejects.toThrow(`its global header sets a ${keyword}`);
});

test("an archive cut behind a pax header is refused: an entry is missing", async () => {
  await expect(listed(paxBlock({ path: "a" }))).rejects.toThrow("it ends behind an extension header");
});

test("a number with many zeros in front is that number", async () => {
  const [found] = await listed(tarOfBlocks([paxBlock({ uid: `${"0".repeat(40)}999` }), { name: "b" }]));
  expect(found).toMatchObject({ uid: 999 });
});

test("an attribute whose name a NUL cuts short is refused", async () => {
  const blocks = tarOfBlocks([paxBlock({ "SCHILY.xattr.user.a\0b": "x" }), { name: "b" }]);
  await expect(listed(blocks)).rejects.toThrow("a pax record's keyword holds a NUL");
});

test.each(["user.a=b", "user.a\0b"])(
  "an attribute called %j, which would be read as another, is not written",
  (name) => {
    const plain = { mode: 0o600, uid: 0, gid: 0, uname: "", gname: "", size: 0, mtime: 0 };
    const xattrs = new Map([[name, Uint8Array.of(1)]]);
    expect(() => encodeHeader({ path: "x", type: "file", ...plain, xattrs })).toThrow(
      "no pax record can hold",
    );
  },
);

test.each([
  ["a device number that fits no header", { major: 3_000_000 }],
  ["a device number below zero", { minor: -1 }],
])("%s is not written", (_, numbers) => {
  const plain = { mode: 0o600, uid: 0, gid: 0, uname: "", gname: "", size: 0, mtime: 0 };
  expect(() =>
    encodeHeader({ path: "dev/x", type: "block", ...plain, major: 1, minor: 1, ...numbers }),
  ).toThrow("fits no tar header");
});
