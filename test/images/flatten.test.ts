import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { flatten } from "../../src/images/flatten.ts";
import { layerOf, type Tree } from "../kit/images.ts";

/** The flattened tree, one line an entry, in order. */
async function flat(...trees: Tree[]): Promise<string[]> {
  return flatOnly(undefined, ...trees);
}

async function flatOnly(
  wanted: ((path: string) => boolean) | undefined,
  ...trees: Tree[]
): Promise<string[]> {
  const layers = await Promise.all(trees.map((tree) => layerOf(tree)));
  const lines: string[] = [];
  for await (const entry of flatten(layers, undefined, wanted)) {
    const content = entry.content instanceof Uint8Array ? [entry.content] : entry.content;
    const text = (await collect(content, 1 << 20, entry.path)).toString();
    const mode = entry.mode.toString(8);
    if (entry.type === "file") lines.push(`${entry.path} ${mode} ${JSON.stringify(text)}`);
    else if (entry.type === "symlink") lines.push(`${entry.path} -> ${entry.link}`);
    else if (entry.type === "hardlink") lines.push(`${entry.path} => ${entry.link}`);
    else lines.push(`${entry.path}/ ${mode}`);
  }
  return lines;
}

test("one layer comes out as it went in", async () => {
  expect(await flat({ "/": {}, "b/": {}, "b/x": "1", a: "2", "l -> b/x": "" })).toEqual([
    "/ 755",
    "b/ 755",
    'b/x 644 "1"',
    'a 644 "2"',
    "l -> b/x",
  ]);
});

test("the upper file wins, in its own layer's place", async () => {
  expect(await flat({ a: "old", b: "b" }, { a: "new" })).toEqual(['b 644 "b"', 'a 644 "new"']);
});

test("the last entry of a name wins within a layer", async () => {
  expect(
    await flat([
      ["a", "1"],
      ["a", "2"],
    ]),
  ).toEqual(['a 644 "2"']);
});

test("a folder over a folder replaces attributes and keeps what is in it, which comes after it", async () => {
  expect(await flat({ "d/": {}, "d/x": "1" }, { "d/": { mode: 0o700 }, "d/y": "2" })).toEqual([
    "d/ 700",
    'd/x 644 "1"',
    'd/y 644 "2"',
  ]);
});

test("a folder that no entry speaks of is there all the same", async () => {
  expect(await flat({ "d/e/x": "1" })).toEqual(["d/ 755", "d/e/ 755", 'd/e/x 644 "1"']);
});

test("such a folder stays when all that was in it is hidden", async () => {
  expect(await flat({ "d/e/x": "1" }, { "d/e/.wh.x": "" })).toEqual(["d/ 755", "d/e/ 755"]);
});

test("another type removes what was there, with all that is in it", async () => {
  expect(await flat({ "d/": {}, "d/x": "1", f: "2" }, { d: "file", "f/": {}, "f/y": "3" })).toEqual([
    'd 644 "file"',
    "f/ 755",
    'f/y 644 "3"',
  ]);
});

test("a whiteout hides the file or folder below it", async () => {
  expect(await flat({ "d/": {}, "d/x": "1", "e/": {}, "e/y": "2" }, { "d/.wh.x": "", ".wh.e": "" })).toEqual([
    "d/ 755",
  ]);
});

test("a whiteout spares what its own layer places, whichever comes first", async () => {
  const upper = { "d/": { mode: 0o700 }, "d/new": "2" };
  const wanted = ["d/ 700", 'd/new 644 "2"'];
  expect(await flat({ "d/": {}, "d/old": "1" }, { ".wh.d": "", ...upper })).toEqual(wanted);
  expect(await flat({ "d/": {}, "d/old": "1" }, { ...upper, ".wh.d": "" })).toEqual(wanted);
});

test("an opaque folder hides all that lower layers had in it", async () => {
  const lower = { "d/": {}, "d/old": "1", "d/e/": {}, "d/e/old": "2" };
  expect(await flat(lower, { "d/": {}, "d/new": "3", "d/.wh..wh..opq": "" })).toEqual([
    "d/ 755",
    'd/new 644 "3"',
  ]);
});

test("a whiteout of nothing there does nothing; aufs' own files are left out", async () => {
  expect(await flat({ ".wh.x": "", "a/.wh.y": "", ".wh..wh.plnk": "", b: "1" })).toEqual(['b 644 "1"']);
});

test.each([".wh.", ".wh..", ".wh..."])("a whiteout named %s is refused", async (name) => {
  await expect(flat({ [name]: "" })).rejects.toThrow("hides nothing");
});

test("a hardlink stays one", async () => {
  expect(await flat({ a: "1", "b => a": "" })).toEqual(['a 644 "1"', "b => a"]);
});

test("a hardlink keeps the content when its target is overridden or hidden later", async () => {
  expect(await flat({ a: "1", "b => a": "", "c => a": "" }, { a: "2" })).toEqual([
    'b 644 "1"',
    "c => b",
    'a 644 "2"',
  ]);
  expect(await flat({ "d/": {}, "d/a": "1", "b => d/a": "" }, { ".wh.d": "" })).toEqual(['b 644 "1"']);
});

test("a hardlink to a lower layer's file shares it", async () => {
  expect(await flat({ a: "1" }, { "d/": {}, "d/b => a": "" }, { a: "3" })).toEqual([
    "d/ 755",
    'd/b 644 "1"',
    'a 644 "3"',
  ]);
});

test("a hardlink to itself is refused", async () => {
  await expect(flat({ a: "1" }, { "a => a": "" })).rejects.toThrow("a is a hardlink to itself");
});

test("a hardlink to a symlink is that symlink", async () => {
  expect(await flat({ "a -> x": "", "b => a": "" }, { ".wh.a": "" })).toEqual(["b -> x"]);
});

test.each(["missing", "d"])("a hardlink to %s, which is no file before it, is refused", async (target) => {
  await expect(flat({ "d/": {}, [`b => ${target}`]: "" })).rejects.toThrow(
    `The image cannot be unpacked: b is a hardlink to ${target}, and no file before it has that name.`,
  );
});

test("a path below a file of its own layer is refused, and of a lower one takes its place", async () => {
  await expect(flat({ a: "1", "a/b": "2" })).rejects.toThrow(
    "The image cannot be unpacked: a/b lies below a, which is no folder.",
  );
  expect(await flat({ a: "1" }, { "a/b": "2" })).toEqual(["a/ 755", 'a/b 644 "2"']);
});

test("paths go through lower symlinks, and never out of the root", async () => {
  expect(await flat({ "usr/lib/": {}, "lib -> usr/lib": "" }, { "lib/x": "1" })).toEqual([
    "usr/ 755",
    "usr/lib/ 755",
    "lib -> usr/lib",
    'usr/lib/x 644 "1"',
  ]);
  expect(await flat({ "up -> ../../../etc": "" }, { "up/x": "1" })).toEqual([
    "up -> ../../../etc",
    "etc/ 755",
    'etc/x 644 "1"',
  ]);
  expect(await flat({ "abs -> /etc": "" }, { "abs/x": "1" })).toEqual([
    "abs -> /etc",
    "etc/ 755",
    'etc/x 644 "1"',
  ]);
});

test("a loop of symlinks is refused", async () => {
  await expect(flat({ "a -> b": "", "b -> a": "" }, { "a/x": "1" })).rejects.toThrow("too many symlinks");
});

test("a folder's entry replaces a symlink", async () => {
  expect(await flat({ "usr/lib/": {}, "lib -> usr/lib": "" }, { "lib/": {}, "lib/x": "1" })).toEqual([
    "usr/ 755",
    "usr/lib/ 755",
    "lib/ 755",
    'lib/x 644 "1"',
  ]);
});

test("a layer that is not what its diffID says is refused", async () => {
  const layer = await layerOf({ a: "1" });
  const other = await layerOf({ a: "2" });
  const lying = { ...layer, diffId: other.diffId };
  await expect(Array.fromAsync(flatten([lying]))).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
});

test("an abort ends it", async () => {
  const layer = await layerOf({ a: "1" });
  await expect(Array.fromAsync(flatten([layer], AbortSignal.abort()))).rejects.toThrow("aborted");
});

test("only some paths come with the folders that lead to them, and a link whose first name is not wanted as the file", async () => {
  const lower = { "a/": { mode: 0o711 }, "a/x": "x", "b/": {}, "b/y => a/x": "", "b/z => a/x": "", c: "c" };
  expect(await flatOnly((path) => path.startsWith("b/"), lower, { d: "d" })).toEqual([
    "b/ 755",
    'b/y 644 "x"',
    "b/z => b/y",
  ]);
  expect(await flatOnly((path) => path === "a/x", lower, { "a/q": "" })).toEqual(["a/ 711", 'a/x 644 "x"']);
  expect(await flatOnly((path) => path === "e/f/g", lower, { "e/f/g/h": "" }, { "e/f/g/.wh.h": "" })).toEqual(
    ["e/ 755", "e/f/ 755", "e/f/g/ 755"],
  );
});
