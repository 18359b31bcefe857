import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import { exclude } from "../../src/layers/excludes.ts";
import { emptyNotes, keptPaths, segmentOf } from "../../src/layers/segment.ts";
import type { SegmentPolicy } from "../../src/model/segment.ts";
import { inChunks } from "../kit/chunks.ts";
import { type TarBlock, tarOfBlocks } from "../kit/tar-blocks.ts";

const elf = Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46]), Buffer.alloc(700, 1)]);
const blocks: TarBlock[] = [
  { name: "./usr/", type: "5", mode: 0o755 },
  { name: "./bin/", type: "5", mode: 0o755 },
  { name: "./bin/tool", content: elf, mode: 0o4755 },
  { name: "./usr/share/doc/x", content: "manual" },
  { name: "./etc/x.conf", content: "setting=1\n" },
  { name: "./bin/alias", type: "2", link: "tool" },
  { name: "./bin/same", type: "1", link: "./bin/tool" },
  { name: "./empty" },
  { name: "./theirs", content: "kept by another package" },
];

const plain: SegmentPolicy = {
  aliases: [],
  excludes: [],
  omit: [],
  below: "",
  strip: false,
  latest: undefined,
};
const usual: SegmentPolicy = {
  aliases: [{ from: "bin", to: "usr/bin" }],
  excludes: [exclude("/usr/share/doc/*")],
  omit: ["theirs"],
  below: "",
  strip: false,
  latest: undefined,
};

async function cut(
  from: readonly TarBlock[],
  policy: SegmentPolicy,
  chunk = 1 << 16,
  heirs?: ReadonlyMap<string, string>,
) {
  const notes = emptyNotes();
  const wishes = {
    capture: (path: string, size: number) => path.startsWith("etc/") && size < 100,
    md5: (path: string) => path === "etc/x.conf",
  };
  const entries = readTar(inChunks(tarOfBlocks(from), chunk), "x 1.0");
  const bytes = await collect(segmentOf(entries, policy, wishes, notes, "x 1.0", heirs), 1 << 24, "x");
  const files: Record<string, string> = {};
  for await (const { path, type, link, content } of readTar([bytes], "segment"))
    files[path] =
      type === "file"
        ? (content instanceof Uint8Array
            ? Buffer.from(content)
            : await collect(content, 1 << 20, "x")
          ).toString("latin1")
        : `${type} to ${link}`;
  return { bytes, files, notes };
}

test("a segment holds what the policy leaves, where it belongs, and no directories", async () => {
  const { bytes, files, notes } = await cut(blocks, usual);
  expect(files).toEqual({
    "usr/bin/tool": elf.toString("latin1"),
    "etc/x.conf": "setting=1\n",
    "usr/bin/alias": "symlink to tool",
    "usr/bin/same": "hardlink to usr/bin/tool",
    empty: "",
  });
  expect(notes.size).toBe(bytes.length);
  expect(bytes.length % 512).toBe(0);
  expect(notes.entries.map(({ path, type, mode }) => `${type} ${path} ${mode.toString(8)}`)).toEqual([
    "directory usr 755",
    "directory usr/bin 755",
    "file usr/bin/tool 4755",
    "file etc/x.conf 644",
    "symlink usr/bin/alias 644",
    "hardlink usr/bin/same 644",
    "file empty 644",
  ]);
  expect(notes.excluded).toBe(1);
  expect(keptPaths(notes)).toEqual([
    "usr",
    "bin",
    "bin/tool",
    "etc/x.conf",
    "bin/alias",
    "bin/same",
    "empty",
  ]);
});

test("the facts tell where ELF files lie in it, and keep what was wished for", async () => {
  const { bytes, notes } = await cut(blocks, usual);
  const [found, ...others] = notes.elf;
  expect(others).toEqual([]);
  const { index = 0, offset = 0, size = 0 } = found ?? {};
  expect(notes.entries[index]?.path).toBe("usr/bin/tool");
  expect(bytes.subarray(offset, offset + size)).toEqual(elf);
  expect(
    notes.entries
      .filter(({ captured }) => captured)
      .map(({ path, captured }) => [path, atob(captured ?? "")]),
  ).toEqual([["etc/x.conf", "setting=1\n"]]);
  expect([...notes.md5]).toEqual([["etc/x.conf", createHash("md5").update("setting=1\n").digest("hex")]]);
});

test("bytes and facts are the same, however the package is cut", async () => {
  const whole = await cut(blocks, usual);
  for (const chunk of [1, 3, 511, 513]) {
    const again = await cut(blocks, usual, chunk);
    expect(again.bytes.equals(whole.bytes)).toBe(true);
    expect(again.notes).toEqual(whole.notes);
  }
});

test("facts are plain JSON", async () => {
  const { notes } = await cut(blocks, usual);
  expect(JSON.parse(JSON.stringify(notes.entries))).toEqual(notes.entries);
});

test("a file that only looks like ELF for three bytes is none", async () => {
  const { notes } = await cut(
    [
      { name: "a", content: "\x7fELG" },
      { name: "b", content: "\x7fEL" },
    ],
    plain,
    1,
  );
  expect(notes.elf).toEqual([]);
});

test("a hardlink whose file is left out takes its content, and later ones follow it", async () => {
  const linked: TarBlock[] = [
    { name: "doc/a", content: "shared" },
    { name: "doc/b", type: "1", link: "doc/a" },
    { name: "lib/c", type: "1", link: "doc/a" },
    { name: "lib/d", type: "1", link: "doc/a" },
    { name: "theirs", content: "other" },
    { name: "ours", type: "1", link: "theirs" },
  ];
  const policy = { ...plain, excludes: [exclude("/doc/*")], omit: ["theirs"] };
  const first = await cut(linked, policy);
  expect(Object.fromEntries(first.notes.severed)).toEqual({ "doc/a": "lib/c", theirs: "ours" });
  const { files, notes } = await cut(linked, policy, 7, first.notes.severed);
  expect(files).toEqual({ "lib/c": "shared", "lib/d": "hardlink to lib/c", ours: "other" });
  expect(notes.severed.size).toBe(0);
  expect(notes.excluded).toBe(2);
  expect(keptPaths(notes)).toEqual(["lib/c", "lib/d", "ours"]);
});

test.each<[string, TarBlock[], string]>([
  [
    "to nothing",
    [{ name: "x", type: "1", link: "etc/shadow" }],
    "its /x is a hardlink to /etc/shadow, which is no earlier file of it",
  ],
  ["to a later file", [{ name: "x", type: "1", link: "y" }, { name: "y" }], "which is no earlier file of it"],
  [
    "to a directory",
    [
      { name: "d/", type: "5" },
      { name: "x", type: "1", link: "d" },
    ],
    "which is no earlier file of it",
  ],
  [
    "to a symlink",
    [
      { name: "s", type: "2", link: "/etc/shadow" },
      { name: "x", type: "1", link: "s" },
    ],
    "which is no earlier file of it",
  ],
  [
    "through a symlink",
    [
      { name: "s", type: "2", link: "/etc" },
      { name: "x", type: "1", link: "s/shadow" },
    ],
    "which is no earlier file of it",
  ],
])("a hardlink %s is refused", async (_, from, why) => {
  await expect(cut(from, plain)).rejects.toThrow(why);
});

test.each([".wh.passwd", "etc/.wh.passwd", "etc/.wh..wh..opq", ".wh.d/x", "bin/.wh.sh"])(
  "a file named %s is refused, since layers read it as a removal",
  async (name) => {
    await expect(cut([{ name }], usual)).rejects.toThrow("would hide files of other layers");
  },
);

test("names that only resemble those of removals are names", async () => {
  expect(Object.keys((await cut([{ name: "etc/x.wh.y" }, { name: ".whx" }], plain)).files)).toEqual([
    "etc/x.wh.y",
    ".whx",
  ]);
});

test("what is remembered of contents has a limit", async () => {
  const many = Array.from({ length: 80 }, (_, at) => ({ name: `etc/${at}`, content: Buffer.alloc(1 << 20) }));
  const notes = emptyNotes();
  const wishes = { capture: () => true, md5: () => false };
  const entries = readTar([tarOfBlocks(many)], "x");
  const reading = collect(segmentOf(entries, plain, wishes, notes, "x 1.0"), 1 << 30, "x");
  await expect(reading).rejects.toThrow(
    "The configuration of x 1.0 is larger than the limit of 67108864 bytes",
  );
});
