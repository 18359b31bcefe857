import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { TareError } from "../../src/errors.ts";
import { type Inside, insideImage, insideTar } from "../../src/extract/inside.ts";
import { listFiles, withFile } from "../../src/extract/look-inside.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import { entriesOf, imageOf, layerOf, type Tree } from "../kit/images.ts";

const inImage = async (...trees: Tree[]): Promise<Inside> =>
  insideImage(imageOf(await Promise.all(trees.map((tree) => layerOf(tree)))), "an image");
const inTar = (tree: Tree): Inside => insideTar(() => writeTar(entriesOf(tree)), "a.tar");

const paths = async (inside: Inside, path?: string) =>
  (await listFiles(inside, path)).map((header) => header.path);

const textAt = (inside: Inside, path: string) =>
  withFile(inside, path, async ({ content }) =>
    (await collect(content instanceof Uint8Array ? [content] : content, 1000, path)).toString(),
  );

const lower: Tree = {
  "usr/": {},
  "usr/bin/": {},
  "usr/bin/b": "b",
  "bin -> usr/bin": "",
  "etc/": {},
  "etc/a": "old",
  "dev/": {},
  "dev/null": { type: "character", major: 1, minor: 3 },
};
const upper: Tree = { "etc/": {}, "etc/a": "new", "etc/l -> /bin/b": "", "etc/h => etc/a": "" };

test("an image is listed as what its layers make together, sorted", async () => {
  expect(await paths(await inImage(lower, upper, { ".wh.dev": "" }))).toEqual([
    "bin",
    "etc",
    "etc/a",
    "etc/h",
    "etc/l",
    "usr",
    "usr/bin",
    "usr/bin/b",
  ]);
});

test("a path lists itself and what is below it", async () => {
  const inside = await inImage(lower, upper);
  expect(await paths(inside, "etc")).toEqual(["etc", "etc/a", "etc/h", "etc/l"]);
  expect(await paths(inside, "/etc/l")).toEqual(["etc/l"]);
  expect(await paths(inside, "bin")).toEqual(["bin"]);
  expect(await paths(inside, "bin/")).toEqual(["usr/bin", "usr/bin/b"]);
  expect(await paths(inside, "bin/b")).toEqual(["usr/bin/b"]);
  expect(await paths(inTar(lower), "etc")).toEqual(["etc", "etc/a"]);
});

test("a file's content is that of the uppermost layer, links followed", async () => {
  const inside = await inImage(lower, upper);
  expect(await textAt(inside, "etc/a")).toBe("new");
  expect(await textAt(inside, "/etc/h")).toBe("new");
  expect(await textAt(inside, "etc/l")).toBe("b");
  expect(await textAt(inTar(lower), "bin/b")).toBe("b");
});

test.each([
  ["etc/none", "There is no /etc/none in an image"],
  ["etc", "/etc in an image cannot be read: it is a folder"],
  ["dev/null", "/dev/null in an image cannot be read: it is a device"],
])("%s cannot be shown, and a sentence says why", async (path, why) => {
  const inside = await inImage(lower, upper);
  await expect(textAt(inside, path)).rejects.toThrow(why);
});

test("what is not there cannot be listed", async () => {
  await expect(paths(await inImage(lower), "etc/none")).rejects.toThrow("`tare ls` shows what there is");
});

test("a layer that lies is found out before anybody may rely on the file", async () => {
  const layer = await layerOf({ a: "x" });
  const other = await layerOf({ a: "y" });
  const inside = insideImage(imageOf([{ ...layer, open: () => other.open() }]), "an image");
  await expect(textAt(inside, "a")).rejects.toThrow(TareError);
});
