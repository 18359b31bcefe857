import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, readdir, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { type CompressionFormat, decompress } from "../../src/bytes/compression/compression.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { type Imported, type ImportOptions, importFolder, importTarball } from "../../src/edit/import.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import type { Layer } from "../../src/model/image.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { inChunks } from "../kit/chunks.ts";
import { mustRun } from "../kit/command.ts";
import { entriesOf, type Tree } from "../kit/images.ts";
import { needsPeers } from "../kit/peers.ts";
import { paxBlock, tarBlock, tarOfBlocks } from "../kit/tar-blocks.ts";
import { withFolder } from "../kit/temporary.ts";

const tarOf = (tree: Tree) => collect(writeTar(entriesOf(tree)), 1 << 26, "a test's tar");

const plainOptions: ImportOptions = {
  platform: { os: "linux", architecture: "amd64" },
  config: { Cmd: ["sh"] },
  normalise: false,
};

const never = new AbortController().signal;

async function importBytes(
  bytes: Uint8Array,
  given: Partial<ImportOptions> & { readonly lasting?: boolean; readonly name?: string } = {},
): Promise<Imported & { readonly stored: Buffer; readonly plain: Buffer; readonly kept: number }> {
  const { lasting = false, name = "x.tar", ...options } = given;
  return withFolder(async (folder) => {
    const store = await openStore(folder);
    const seams = { store, threads: 2, signal: never };
    const tarball = { name, lasting, open: () => inChunks(bytes, 50_000) };
    const imported = await importTarball(tarball, { ...plainOptions, ...options }, seams);
    const kept = (await readdir(folder, { recursive: true })).filter((file) => /[0-9a-f]{64}/.test(file));
    return { ...imported, ...(await contentsOf(imported.layer)), kept: kept.length };
  });
}

/** Both forms of a layer, held to what it says of itself. */
async function contentsOf(layer: Layer): Promise<{ readonly stored: Buffer; readonly plain: Buffer }> {
  const stored = await collect(layer.open(), 1 << 26, "the layer");
  const plain = await collect(decompress([stored], "the layer"), 1 << 26, "the layer");
  expect([layer.digest, layer.size]).toEqual([digestOf(stored), stored.length]);
  expect([layer.diffId, layer.uncompressedSize]).toEqual([digestOf(plain), plain.length]);
  return { stored, plain };
}

async function entriesIn(plain: Uint8Array) {
  return Array.fromAsync(readTar([plain], "it"), async ({ content, ...header }) => {
    const bytes = content instanceof Uint8Array ? content : await collect(content, 1 << 26, header.path);
    return { ...header, text: Buffer.from(bytes).toString("latin1") };
  });
}

const rootTree: Tree = {
  "bin/": { uname: "root", mtime: 1_600_000_000 },
  "bin/sh": { content: randomBytes(200_000), mode: 0o755, mtime: 1_700_000_000 },
  "bin/ash => bin/sh": { mode: 0o755 },
  "etc/": {},
  "etc/motd": { content: "hi", uid: 3_000_000, gname: "users" },
};

const compressions: [CompressionFormat, (tar: Buffer) => Promise<Uint8Array>, boolean][] = [
  ["none", async (tar) => tar, true],
  ["gzip", async (tar) => gzipSync(tar), true],
  ["zstd", async (tar) => zstdCompressSync(tar), true],
  ["xz", async (tar) => packedBy("xz", tar), false],
  ["bzip2", async (tar) => packedBy("bzip2", tar), false],
];

async function packedBy(program: string, input: Buffer): Promise<Buffer> {
  return Buffer.from(await mustRun("sh", ["-c", `${program} | base64 -w0`], { input }), "base64");
}

test.for(compressions)(
  "%s is told by its content, and the tar stays byte for byte",
  async ([format, pack, readable], context) => {
    if (!readable) needsPeers(context, format);
    const tar = await tarOf(rootTree);
    const bytes = await pack(tar);
    for (const lasting of [true, false]) {
      const { layer, came, asItCame, stored, plain, entries, warnings, image, kept } = await importBytes(
        bytes,
        {
          lasting,
        },
      );
      expect([came, asItCame, entries]).toEqual([format, readable, 5]);
      expect(plain.equals(tar)).toBe(true);
      expect(stored.equals(Buffer.from(bytes))).toBe(readable);
      expect(layer.compression).toBe(readable ? format : "gzip");
      expect(warnings.length).toBe(format === "zstd" ? 1 : 0);
      expect(image.config.rootfs.diff_ids).toEqual([digestOf(tar)]);
      expect(image.config.created).toBe("2023-11-14T22:13:20Z");
      // A lasting tarball is read where it is.
      expect(kept).toBe(lasting && readable ? 0 : 1);
    }
  },
);

test("another compression is had for the asking, and the diffID stays", async () => {
  const tar = await tarOf(rootTree);
  for (const format of ["none", "gzip", "zstd"] as const) {
    const { layer, asItCame, plain } = await importBytes(gzipSync(tar), { compression: { format } });
    expect([layer.compression, asItCame, plain.equals(tar)]).toEqual([format, format === "gzip", true]);
  }
  const { asItCame } = await importBytes(gzipSync(tar), { compression: { format: "gzip", level: 9 } });
  expect(asItCame).toBe(false);
});

test("message, epoch and configuration are in the image", async () => {
  const { image } = await importBytes(await tarOf(rootTree), { message: "from afar", epoch: 1_000_000_000 });
  expect(image.config).toMatchObject({
    created: "2001-09-09T01:46:40Z",
    os: "linux",
    architecture: "amd64",
    config: { Cmd: ["sh"] },
    history: [{ created: "2001-09-09T01:46:40Z", created_by: "tare import", comment: "from afar" }],
  });
});

const zeros = Buffer.alloc(4096);

test("times that no date can say are cut to one that can", async () => {
  for (const [mtime, created] of [
    [-5, "1970-01-01T00:00:00Z"],
    [900_000_000_000, "9999-12-31T23:59:59Z"],
  ] as const)
    expect((await importBytes(await tarOf({ "etc/": { mtime } }))).image.config.created).toBe(created);
});

test.each<[string, Buffer, string]>([
  ["nothing", Buffer.alloc(0), "x.tar is not a sound tar: it is empty"],
  ["a web page", Buffer.from("<!doctype html>".padEnd(600)), "looks like a page for browsers (HTML or XML)"],
  ["a zip archive", Buffer.from("PK\x03\x04zip"), "looks like a zip archive; unpack it into a folder"],
  ["an RPM package", Buffer.concat([Buffer.from("edabeedb", "hex"), zeros]), "looks like an RPM package"],
  ["a Debian package", Buffer.from("!<arch>\ndebian-binary"), "looks like a Debian package; a recipe"],
  ["a squashfs", Buffer.concat([Buffer.from("hsqs"), zeros]), "unpack it with unsquashfs"],
  [
    "an ext4 file system",
    Buffer.concat([zeros.subarray(0, 1080), Buffer.from("53ef", "hex"), zeros]),
    "looks like an ext2, ext3 or ext4 file system; mount it",
  ],
  ["anything else", Buffer.from("x".repeat(600)), "it does not begin as one, nor as one compressed"],
  ["too little", Buffer.from("x"), "it has 1 bytes only, and a tar has at least 512"],
  ["a path that leads out", tarOfBlocks([{ name: "../etc/passwd", content: "x" }]), "leads out of the root"],
  ["a cut file", tarBlock({ name: "a", content: "x".repeat(900) }).subarray(0, 900), "ends after"],
  [
    "half a gzip",
    gzipSync(tarBlock({ name: "a", content: randomBytes(9000) })).subarray(0, 5000),
    "gzip stream",
  ],
])("%s is refused, and nothing of it is kept", async (_, bytes, why) => {
  await withFolder(async (folder) => {
    const store = await openStore(folder);
    const tarball = { name: "x.tar", lasting: false, open: () => inChunks(bytes, 100) };
    const importing = importTarball(tarball, plainOptions, { store, threads: 1, signal: never });
    await expect(importing).rejects.toThrow(why);
    const left = await readdir(folder, { recursive: true });
    expect(left.filter((file) => file !== "tmp")).toEqual([]);
  });
});

test.each<[string, Tree, RegExp]>([
  [
    "a single top folder",
    { "alpine/": {}, "alpine/etc/": {}, "alpine/etc/motd": "x" },
    /^Everything in x\.tar is below alpine\/.* import it with --strip-components 1\.$/,
  ],
  [
    "rootfs beside a manifest",
    { manifest: "{}", "rootfs/": {}, "rootfs/bin/sh": "x" },
    /^x\.tar has a folder rootfs\/.* import it with --strip-components 1\.$/,
  ],
  [
    "rootfs beside another folder",
    { "rootfs/": {}, "rootfs/bin/sh": "x", "templates/": {} },
    /^x\.tar has a folder rootfs\/.* unpack it and import that folder\.$/,
  ],
  ["an OCI archive", { "oci-layout": "{}", "blobs/": {} }, /has oci-layout.*name it oci-archive:x\.tar\.$/],
  ["docker save", { "manifest.json": "[]", "a.json": "" }, /has manifest\.json.*docker-archive:x\.tar\.$/],
  ["a whiteout", { "etc/": {}, "etc/.wh.motd": "" }, /^x\.tar has \/etc\/\.wh\.motd, whose name/],
  [
    "duplicates",
    [
      ["etc/", {}],
      ["etc/a", "1"],
      ["etc/a", "2"],
      ["etc/", {}],
    ],
    /^x\.tar has \/etc\/a and 1 other path more than once, which docker/,
  ],
  ["no entry", {}, /^x\.tar holds nothing/],
  ["an Alpine package", { ".PKGINFO": "pkgname = a", "usr/bin/a": "x" }, /^x\.tar is an Alpine package: /],
  [
    "a path through a symlink to nothing",
    { "etc/": {}, "l -> etc": "", "l/new/a": "", "d -> /tmp/x/../y/z": "", "d/e/f": "", "d/g": "" },
    /^x\.tar has \/d\/e\/f below the symlink \/d, which leads to no folder in it; docker and podman refuse that, and --normalise/,
  ],
])("what may surprise is said: %s", async (_, tree, sentence) => {
  const { warnings } = await importBytes(await tarOf(tree));
  expect(warnings).toEqual([expect.stringMatching(sentence)]);
});

test.each<[string, Tree, string]>([
  [
    "hardlinks to what is not there",
    { "etc/": {}, "etc/a => etc/b": "", "etc/c => etc/d": "" },
    "x.tar cannot be unpacked: etc/a is a hardlink to etc/b, and no file before it has that name (and 1 more like it); no image",
  ],
  ["a path below a file", { etc: "", "etc/a": "" }, "etc/a lies below etc, which is no folder; no image"],
  [
    "a symlink to a file",
    { a: "", "d -> a": "", "d/b": "" },
    "d/b lies below a, which is no folder; no image",
  ],
])("what nothing unpacks is refused, also when it is written anew: %s", async (_, tree, sentence) => {
  const bytes = await tarOf(tree);
  for (const normalise of [false, true])
    await expect(importBytes(bytes, { normalise })).rejects.toThrow(sentence);
});

test("a folder that only a symlink leads to is made when all is written anew", async () => {
  const tar = await tarOf({ "etc/": {}, "d -> /tmp/x": "", "d/f": "" });
  const { warnings, plain } = await importBytes(tar, { normalise: true });
  expect(warnings).toEqual([]);
  expect((await entriesIn(plain)).map(({ path }) => path)).toEqual(["d", "etc", "tmp", "tmp/x", "tmp/x/f"]);
});

test("bytes behind the end of the archive are said, and stay unless all is written anew", async () => {
  const tar = Buffer.concat([await tarOf(rootTree), Buffer.alloc(512), Buffer.from("rubbish")]);
  const from = tar.byteLength - 7;
  const said = `x.tar goes on after its end mark: 7 bytes from byte ${from} on belong to no file; they`;
  const { warnings, layer } = await importBytes(tar);
  expect(warnings).toEqual([`${said} stay in the layer as they are.`]);
  expect(layer.diffId).toBe(digestOf(tar));
  const anew = await importBytes(tar, { normalise: true });
  expect(anew.warnings).toEqual([`${said} are left out.`]);
});

test("a whiteout is said to go when all is written anew, too", async () => {
  const tar = await tarOf({ "etc/": {}, "etc/.wh.motd": "" });
  const { warnings, plain } = await importBytes(tar, { normalise: true });
  expect(warnings).toEqual([expect.stringMatching(/the file will not be there\.$/)]);
  expect((await entriesIn(plain)).map(({ path }) => path)).toEqual(["etc"]);
});

test("a folder of the usual names alone is no surprise", async () => {
  expect((await importBytes(await tarOf({ "usr/": {}, "usr/x": "" }))).warnings).toEqual([]);
  expect((await importBytes(await tarOf({ "a/": {}, "b/": {} }))).warnings).toEqual([]);
});

test("sparse files are written whole, with a warning, and all else stays", async () => {
  const records = { "GNU.sparse.size": "9", "GNU.sparse.map": "4,2", mtime: "5.25" };
  const motd = tarBlock({ name: "etc/motd", content: "hi", uid: 7 });
  const tar = tarOfBlocks([motd, paxBlock(records), { name: "etc/disk", content: "ab" }, motd]);
  for (const lasting of [true, false]) {
    const { warnings, plain, layer, asItCame } = await importBytes(tar, { lasting });
    expect(warnings.find((line) => line.includes("sparse"))).toMatch(
      /^x\.tar has \/etc\/disk as GNU sparse files.*the diffID is not that of the tarball\.$/,
    );
    expect([layer.diffId === digestOf(tar), asItCame]).toEqual([false, false]);
    const entries = await entriesIn(plain);
    expect(entries.map(({ path, text, uid }) => [path, text, uid])).toEqual([
      ["etc/motd", "hi", 7],
      ["etc/disk", "\0\0\0\0ab\0\0\0", 0],
      ["etc/motd", "hi", 7],
    ]);
    expect(entries[1]).toMatchObject({ mtime: 5, nanoseconds: 250_000_000 });
  }
});

test("normalised, the same files give the same layer whoever packed them", async () => {
  const one = await tarOf({
    "usr/": { mtime: 5 },
    "usr/b": { content: "b", uid: 9, uname: "bob", mtime: 7, nanoseconds: 3 },
    "usr/a => usr/b": {},
    "usr/a-c": "c",
    "usr/a.d/": {},
    "usr/a.d/x": "x",
  });
  const other = await tarOf([
    ["usr/a.d/", { mtime: 77 }],
    ["usr/a.d/x", "old"],
    ["usr/", { uname: "root" }],
    ["usr/a", { content: "b", uid: 9 }],
    ["usr/b => usr/a", {}],
    ["usr/a.d/x", "x"],
    ["usr/a-c", { content: "c", mtime: -1 }],
  ]);
  const results = await Promise.all([
    importBytes(one, { normalise: true }),
    importBytes(gzipSync(other), { normalise: true, lasting: true }),
  ]);
  expect(results[0].layer.digest).toBe(results[1].layer.digest);
  expect(results[0].image.manifest.digest).toBe(results[1].image.manifest.digest);
  expect(results.flatMap(({ warnings }) => warnings)).toEqual([]);
  const entries = await entriesIn(results[0].plain);
  expect(
    entries.map(({ path, type, link, text, uid, mtime, uname }) => [
      path,
      link ?? type,
      text,
      uid,
      mtime,
      uname,
    ]),
  ).toEqual([
    ["usr", "directory", "", 0, 0, ""],
    ["usr/a", "file", "b", 9, 0, ""],
    ["usr/a-c", "file", "c", 0, 0, ""],
    ["usr/a.d", "directory", "", 0, 0, ""],
    ["usr/a.d/x", "file", "x", 0, 0, ""],
    ["usr/b", "usr/a", "", 9, 0, ""],
  ]);
  const dated = await importBytes(one, { normalise: true, epoch: 1_000 });
  expect((await entriesIn(dated.plain)).every(({ mtime }) => mtime === 1_000)).toBe(true);
  expect(dated.image.config.created).toBe("1970-01-01T00:16:40Z");
});

async function importThe(folder: string, given: Partial<Parameters<typeof importFolder>[1]> = {}) {
  return withFolder(async (storeFolder) => {
    const store = await openStore(storeFolder);
    const options = { ...plainOptions, owners: "root" as const, ...given };
    const imported = await importFolder(folder, options, { store, threads: 1, signal: never });
    return { ...imported, ...(await contentsOf(imported.layer)) };
  });
}

test("a folder is packed in one order, with links, modes and times, and belongs to root", async () => {
  await withFolder(async (folder) => {
    await mkdir(join(folder, "etc"), { mode: 0o750 });
    await writeFile(join(folder, "etc/motd"), "hi", { mode: 0o640 });
    await link(join(folder, "etc/motd"), join(folder, "etc/also"));
    await symlink("../x", join(folder, "etc/link"));
    await writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.of(0xff, 0xe9)]), "bytes");
    for (const path of ["etc/motd", "etc"]) await utimes(join(folder, path), 1e9 + 0.5, 1e9 + 0.5);
    const first = await importThe(folder);
    expect([first.came, first.layer.compression, first.entries]).toEqual(["folder", "gzip", 5]);
    const entries = await entriesIn(first.plain);
    expect(entries.map(({ path, type, link, mode, text }) => [path, link ?? type, mode, text])).toEqual([
      ["etc", "directory", 0o750, ""],
      ["etc/also", "file", 0o640, "hi"],
      ["etc/link", "../x", 0o777, ""],
      ["etc/motd", "etc/also", 0o640, ""],
      ["\udcff\udce9", "file", entries[4]?.mode, "bytes"],
    ]);
    expect(entries.every(({ uid, gid, nanoseconds }) => uid + gid === 0 && nanoseconds === undefined)).toBe(
      true,
    );
    expect(entries[0]?.mtime).toBe(1e9);
    expect((await importThe(folder)).image.manifest.digest).toBe(first.image.manifest.digest);
    const early = await importThe(folder, { epoch: 500 });
    expect((await entriesIn(early.plain)).every(({ mtime }) => mtime === 500)).toBe(true);
  });
});

test("normalised, a folder is the same as the tarball that somebody made of it", async (context) => {
  needsPeers(context, "tar");
  await withFolder(async (folder) => {
    const root = join(folder, "root");
    await mkdir(join(root, "usr/lib.d"), { recursive: true });
    for (const name of ["z", "usr/lib-x", "usr/lib.d/a", "usr/Ü", "usr/\u{1f600}", "usr/\uff5e"])
      await writeFile(join(root, name), name);
    await link(join(root, "z"), join(root, "usr/a"));
    await mustRun("tar", ["--owner=0", "--group=0", "--sort=none", "-cJf", "../x.tar", "usr", "z"], {
      cwd: root,
    });
    const packed = Buffer.from(await mustRun("base64", ["-w0", join(folder, "x.tar")]), "base64");
    const tarball = await importBytes(packed, { normalise: true });
    expect((await importThe(root, { normalise: true })).layer.digest).toBe(tarball.layer.digest);
  });
});

test("files of a folder that would be set-user-ID root are said", async () => {
  await withFolder(async (top) => {
    const folder = join(top, "it");
    await mkdir(folder);
    for (const name of ["a", "b"]) {
      await writeFile(join(folder, name), "");
      await chmod(join(folder, name), name === "a" ? 0o4755 : 0o2755);
    }
    await mkdir(join(folder, "shared"));
    await chmod(join(folder, "shared"), 0o2775);
    const seams = { store: await openStore(top), threads: 1, signal: never };
    const warnings = async (owners: "kept" | "root") =>
      (await importFolder(folder, { ...plainOptions, owners }, seams)).warnings;
    expect(await warnings("kept")).toEqual([]);
    expect(await warnings("root")).toEqual([
      `${folder} has /a and 1 other path with set-user-ID or set-group-ID, which are root's in the image: whoever starts one there acts as root; chmod ug-s takes that away.`,
    ]);
  });
});

test("a socket is left out, and said", async () => {
  await withFolder(async (folder) => {
    const server = createServer().listen(join(folder, "s"));
    try {
      await new Promise((resolve) => server.once("listening", resolve));
      const { warnings, entries } = await importThe(folder);
      expect([entries, warnings]).toEqual([
        0,
        [expect.stringMatching(/\/s is a socket, which no image can hold/)],
      ]);
    } finally {
      server.close();
    }
  });
});
