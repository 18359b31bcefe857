import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { npmApplication } from "../../../../src/sources/npm/application.ts";
import { applicationFrom, layOut, usualApplication } from "../../../kit/npm-application.ts";
import { buildNpmPackage } from "../../../kit/npm-package.ts";
import { type TarBlock, tarOfBlocks } from "../../../kit/tar-blocks.ts";

const manifest = JSON.stringify({ name: "thing", version: "1.0.0", bin: "./cli" });

/** A tarball of these blocks at `node_modules/thing`, laid out whole. */
function laid(
  blocks: readonly (TarBlock | Buffer)[],
  slim = false,
  pack: (tar: Buffer) => Uint8Array = gzipSync,
) {
  const bytes = pack(tarOfBlocks(blocks));
  const thing = { path: "node_modules/thing", name: "thing", version: "1.0.0", bytes };
  return layOut([thing], npmApplication({ ...usualApplication, slim }));
}

const below = (tree: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(tree).flatMap(([path, text]) =>
      path.startsWith("app/node_modules/thing/")
        ? [[path.slice("app/node_modules/thing/".length), text]]
        : [],
    ),
  );

const plain: TarBlock[] = [
  { name: "package/package.json", content: manifest },
  { name: "package/index.js", content: "x" },
];

test.each([
  ["package", "package/"],
  ["whatever it is called", "thing-4f2a/"],
  ["none, as tar writes a folder", "./"],
])("the first folder of a tarball goes: %s", async (_, folder) => {
  const blocks = plain.map((block) => ({ ...block, name: block.name.replace("package/", folder) }));
  expect(Object.keys(below((await laid(blocks)).tree))).toEqual(["package.json", "index.js"]);
});

test("a tarball need not be compressed", async () => {
  expect(Object.keys(below((await laid(plain, false, (tar) => tar)).tree))).toEqual([
    "package.json",
    "index.js",
  ]);
});

test("files are root's by number, 0644 or as far executable as they were; commands are 0755, and nothing is setuid", async () => {
  const { tree, headers } = await laid([
    { name: "package/", type: "5", mode: 0o777 },
    { name: "package/cli", content: "#!/bin/sh", mode: 0o600, uid: 501 },
    ...plain,
    { name: "package/run.sh", mode: 0o775 },
    { name: "package/root", mode: 0o6755 },
    { name: "package/mine", mode: 0o700 },
    { name: "package/shut", mode: 0 },
    { name: "package/empty/", type: "5", mode: 0o700 },
  ]);
  expect(below(tree)).toEqual({
    cli: "0755 #!/bin/sh",
    "package.json": `0644 ${manifest}`,
    "index.js": "0644 x",
    "run.sh": "0755 ",
    root: "0755 ",
    mine: "0744 ",
    shut: "0644 ",
  });
  for (const { uid, gid, uname, gname } of headers.values())
    expect({ uid, gid, uname, gname }).toEqual({ uid: 0, gid: 0, uname: "", gname: "" });
});

test("package.json decides for what came before it", async () => {
  const { tree } = await laid(
    [{ name: "package/cli", content: "go" }, { name: "package/README.md" }, ...plain],
    true,
  );
  expect(below(tree)).toEqual({ cli: "0755 go", "package.json": `0644 ${manifest}`, "index.js": "0644 x" });
});

test("links, devices and FIFOs are no part of a package", async () => {
  const { tree } = await laid([
    ...plain,
    { name: "package/soft", type: "2", link: "/etc/passwd" },
    { name: "package/hard", type: "1", link: "package/index.js" },
    { name: "package/null", type: "3" },
    { name: "package/disk", type: "4" },
    { name: "package/pipe", type: "6" },
  ]);
  expect(Object.keys(below(tree))).toEqual(["package.json", "index.js"]);
});

test("of two entries of one path the later one stands, and of two kinds too", async () => {
  const { tree } = await laid([
    ...plain,
    { name: "package/index.js", content: "y" },
    { name: "other/index.js", content: "z" },
    { name: "package/lib/", type: "5" },
    { name: "package/lib", content: "a file" },
  ]);
  expect(below(tree)).toEqual({
    "package.json": `0644 ${manifest}`,
    "index.js": "0644 z",
    lib: "0644 a file",
  });
});

test("paths that differ in case are different files", async () => {
  const { tree } = await laid([...plain, { name: "package/INDEX.js", content: "big" }]);
  expect(below(tree)).toMatchObject({ "index.js": "0644 x", "INDEX.js": "0644 big" });
});

test(".gitignore becomes .npmignore, unless that was there before", async () => {
  const { tree } = await laid([
    ...plain,
    { name: "package/a/.gitignore", content: "a" },
    { name: "package/b/.npmignore", content: "n" },
    { name: "package/b/.gitignore", content: "g" },
    { name: "package/c/.gitignore", content: "g" },
    { name: "package/c/.npmignore", content: "n" },
  ]);
  expect(below(tree)).toMatchObject({
    "a/.npmignore": "0644 a",
    "b/.npmignore": "0644 n",
    "c/.npmignore": "0644 n",
  });
  expect(Object.keys(below(tree))).toHaveLength(5);
});

test("a command's first line loses the carriage return that no system understands, any other file keeps it", async () => {
  const script = "#!/usr/bin/env node\r\nx\r\n";
  const { tree } = await laid([
    ...plain,
    { name: "package/cli", content: script },
    { name: "package/other", content: script },
  ]);
  expect(below(tree)).toMatchObject({ cli: "0755 #!/usr/bin/env node\nx\r\n", other: `0644 ${script}` });
});

test("a tarball that is not held in memory unpacked comes out the same", async () => {
  const large = Buffer.alloc(20 << 20, "0123456789");
  const { tree } = await laid([{ name: "package/cli", content: large }, ...plain]);
  expect(tree["app/node_modules/thing/cli"] === `0755 ${large}`).toBe(true);
  expect(Object.keys(below(tree))).toEqual(["cli", "package.json", "index.js"]);
});

test("the date is the newest of its files, as far as dates go", async () => {
  const unpacker = npmApplication(usualApplication).unpacker;
  const { bytes } = await buildNpmPackage({ name: "thing" });
  const source = (async function* () {
    yield bytes;
  })();
  expect(await unpacker.unpack(source, bytes.length, "thing 1.0.0", async ({ date }) => date)).toBe(
    499_162_500,
  );
});

test.each<[string, readonly (TarBlock | Buffer)[], string]>([
  [
    "climbs out",
    [...plain, { name: "package/../../x" }],
    'thing 1.0.0 is not a sound tar: the path "package/../../x" leads out of the root',
  ],
  [
    "has no package.json",
    [{ name: "package/index.js" }],
    "thing 1.0.0 is not a sound npm package: it has no package.json",
  ],
  [
    "has another text there",
    [{ name: "package/package.json", content: "{" }],
    "its package.json is not JSON",
  ],
  [
    "has another value there",
    [{ name: "package/package.json", content: "[]" }],
    "its package.json is not an object",
  ],
  [
    "has a package.json of many megabytes",
    [{ name: "package/package.json", content: `{"a":"${"x".repeat(5 << 20)}"}` }],
    "its package.json is larger than any honest one",
  ],
])("a tarball is refused that %s", async (_, blocks, why) => {
  await expect(laid(blocks)).rejects.toThrow(why);
});

test("a tarball with too many entries is refused", async () => {
  const block = tarOfBlocks([{ name: "package/x" }]).subarray(0, 512);
  await expect(laid([...plain, Buffer.concat(Array.from({ length: 200_001 }, () => block))])).rejects.toThrow(
    "thing 1.0.0 is not a sound npm package: it has more than 200000 entries",
  );
});

test("a package.json may say anything: what is not as it should be counts as absent", async () => {
  const odd = {
    bin: { "../../x": "../../../etc/passwd", y: 3, "": "z", "..": "w" },
    scripts: { install: 7, postinstall: "" },
    exports: [[["./index.js"]], null, 1],
    optionalDependencies: ["a"],
    main: {},
    __proto__: null,
  };
  const { tree, coverage } = await applicationFrom({
    "node_modules/thing": { name: "thing", fields: odd, files: { "etc/passwd": "x" } },
  });
  expect(tree["app/node_modules/.bin/x"]).toBe("-> ../thing/etc/passwd");
  expect(Object.keys(tree).filter((path) => path.startsWith("app/"))).toHaveLength(3);
  expect(coverage).toEqual([]);
});
