import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import { assembleIndex } from "../../src/images/assemble.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openNamed } from "../../src/images/open.ts";
import { type SaveOptions, saveImage } from "../../src/images/save.ts";
import type { Image, ImageIndex, RuntimeConfig } from "../../src/model/image.ts";
import { arm64, entriesOf, imageOf, layerOf, type Tree } from "../kit/images.ts";
import { tarOfBlocks } from "../kit/tar-blocks.ts";
import { withFolder } from "../kit/temporary.ts";

const save = (image: Image | ImageIndex, text: string, options?: SaveOptions) =>
  saveImage(image, parseLocation(text), options);
const open = (text: string) => openNamed(parseLocation(text));
const openOne = async (text: string) => (await open(text)).image as Image;

/** Layers with everything that a root may have, and deletions between them. */
async function richImage(config: RuntimeConfig = {}): Promise<Image> {
  const lower = await layerOf({
    "/": { mode: 0o755, mtime: 7 },
    "etc/": { uid: 3, gid: 4, uname: "sys", gname: "adm", mtime: 1_700_000_000, nanoseconds: 5 },
    "etc/passwd": "root:x:0:0::/:/bin/sh\nserver:x:1000:100::/:/bin/sh\n",
    "etc/gone": "no more",
    "bin/": {},
    "bin/ping": {
      content: "ping",
      mode: 0o4755,
      xattrs: new Map([["security.capability", Buffer.of(1, 0, 255)]]),
    },
    "bin/ping6 => bin/ping": { mode: 0o4755 },
    "bin/link -> ping": {},
    "dev/": {},
    "dev/null": { type: "character", major: 1, minor: 3, mode: 0o666 },
    "run/": { mode: 0o1777 },
    "run/pipe": { type: "fifo" },
  });
  const upper = await layerOf({
    "etc/": { mode: 0o700 },
    "etc/.wh.gone": "",
    [`srv/${"long/".repeat(40)}ünï`]: "far down",
    "var/": { uid: 5_000_000 },
  });
  return imageOf([lower, upper], { config });
}

/** The ACI's own tar, and its members' paths. */
async function plainTar(file: string): Promise<Buffer> {
  const bytes = await readFile(file);
  return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
}

async function pathsOf(tar: Uint8Array): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path, link, type } of readTar([tar], "a tar"))
    paths.push(type === "hardlink" ? `${path} => ${link}` : path);
  return paths;
}

test("an ACI is a manifest and a rootfs, and goes by the sha512 of its tar", () =>
  withFolder(async (folder) => {
    const image = await richImage({ Cmd: ["/bin/ping"] });
    const saved = await save(image, `aci:${folder}/x.aci`, { name: "registry.example/ping:2" });
    const bytes = await readFile(join(folder, "x.aci"));
    const tar = await plainTar(join(folder, "x.aci"));
    expect(bytes.subarray(0, 2).toString("hex")).toBe("1f8b");
    expect(saved).toEqual({
      digest: `sha512:${createHash("sha512").update(tar).digest("hex")}`,
      bytes: bytes.byteLength,
      path: `${folder}/x.aci`,
    });
    const paths = await pathsOf(tar);
    expect(paths.slice(0, 3)).toEqual(["manifest", "rootfs", "rootfs/etc"]);
    expect(paths).toContain("rootfs/bin/ping6 => rootfs/bin/ping");
    expect(paths).not.toContain("rootfs/etc/gone");
    expect(paths.slice(1).every((path) => path.startsWith("rootfs"))).toBe(true);
    expect(await readdir(folder)).toEqual(["x.aci"]);
    expect((await open(`aci:${folder}/x.aci`)).names).toMatchObject([
      { reference: { domain: "registry.example", repository: "ping", tag: "2" } },
    ]);
  }));

test("the same image gives the same ACI; one of plain layers is plain; one without files has an empty rootfs", () =>
  withFolder(async (folder) => {
    const first = await save(await richImage(), `aci:${folder}/a.aci`, { name: "a" });
    const second = await save(await richImage(), `aci:${folder}/b.aci`, { name: "a" });
    expect(second.digest).toBe(first.digest);
    expect(digestOf(await readFile(join(folder, "b.aci")))).toBe(
      digestOf(await readFile(join(folder, "a.aci"))),
    );
    await save(imageOf([await layerOf({ a: "1" }, "none")]), `aci:${folder}/Plain App.aci`);
    const plain = await readFile(join(folder, "Plain App.aci"));
    expect(await pathsOf(plain)).toEqual(["manifest", "rootfs", "rootfs/a"]);
    expect(plain.includes('"name":"plain_app"')).toBe(true);
    await save(imageOf([]), `aci:${folder}/none.aci`);
    expect(await pathsOf(await plainTar(join(folder, "none.aci")))).toEqual(["manifest", "rootfs"]);
    expect((await openOne(`aci:${folder}/none.aci`)).layers).toHaveLength(1);
  }));

test("OCI to ACI and back: the configuration stays, and the root is what tar: has, byte for byte", () =>
  withFolder(async (folder) => {
    const config: RuntimeConfig = {
      User: "server",
      Env: ["A=1", "no variable"],
      Entrypoint: ["/bin/ping"],
      Cmd: ["-c", "1"],
      ExposedPorts: { "80/tcp": {} },
      Volumes: { "/var/lib": {} },
      Labels: { odd: "é" },
      StopSignal: "SIGINT",
      Healthcheck: { Test: ["NONE"] },
    };
    const image = await richImage(config);
    await save(image, `aci:${folder}/x.aci`);
    const opened = await openOne(`aci:${folder}/x.aci`);
    expect(opened.config.config).toEqual(config);
    expect(opened.config.created).toBe(image.config.created);
    expect(opened.platform).toEqual(image.platform);
    expect(opened.annotations).toEqual({});
    expect(opened.layers).toHaveLength(1);
    const [before, after] = [await save(image, `tar:${folder}/a`), await save(opened, `tar:${folder}/b`)];
    expect(after.digest).toBe(before.digest);
    // The layer is the same tar, and is verified wherever it goes.
    expect(opened.layers[0]?.diffId).toBe(before.digest);
    const copied = await save(opened, `oci-archive:${folder}/c`);
    expect((await openOne(`oci-archive:${folder}/c`)).manifest.digest).toBe(copied.digest);
    expect(opened.config.history).toMatchObject([{ created_by: "rootfs of the ACI x" }]);
  }));

test("a user without a group has the group that the image's passwd says", () =>
  withFolder(async (folder) => {
    const groupOf = async (User: string) => {
      await save(await richImage({ User }), `aci:${folder}/x.aci`);
      const tar = (await plainTar(join(folder, "x.aci"))).toString("latin1");
      return /"user":"([^"]*)","group":"([^"]*)"/.exec(tar)?.slice(1);
    };
    expect(await groupOf("server")).toEqual(["server", "100"]);
    expect(await groupOf("1000")).toEqual(["1000", "100"]);
    expect(await groupOf("7")).toEqual(["7", "0"]);
    expect(await groupOf("7:8")).toEqual(["7", "8"]);
  }));

test("an index of several platforms is refused, and nothing is left", () =>
  withFolder(async (folder) => {
    const layer = await layerOf({ a: "1" });
    const index = assembleIndex([imageOf([layer]), imageOf([layer], { platform: arm64 })]);
    await expect(save(index, `aci:${folder}/x.aci`)).rejects.toThrow("holds one platform only");
    expect(await readdir(folder)).toEqual([]);
  }));

const least = { acKind: "ImageManifest", acVersion: "0.8.11", name: "example.com/app" };
const app = { exec: ["/app"], user: "0", group: "0" };

async function aciOf(tree: Tree, manifest: object = least): Promise<Buffer> {
  const entries = entriesOf([
    ["rootfs/", {}],
    ...Object.entries(tree),
    ["manifest", JSON.stringify(manifest)],
  ]);
  return collect(writeTar(entries), 1 << 24, "an ACI");
}

async function openBytes(bytes: Uint8Array): Promise<Image> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, "x.aci"), bytes);
    const image = await openOne(`aci:${folder}/x.aci`);
    for (const layer of image.layers) await collect(layer.open(), 1 << 24, "the layer");
    return image;
  });
}

async function rootOf(bytes: Uint8Array): Promise<string[]> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, "x.aci"), bytes);
    const [layer] = (await openOne(`aci:${folder}/x.aci`)).layers;
    return pathsOf(await collect(layer?.open() ?? [], 1 << 24, "the layer"));
  });
}

test("an ACI of others: its manifest last, as docker2aci has it, with ./ before its names, compressed", async () => {
  const blocks = tarOfBlocks([
    { name: "./", type: "5" },
    { name: "./rootfs/", type: "5" },
    { name: "./rootfs/app", content: "app" },
    { name: "./manifest", content: JSON.stringify({ ...least, app }) },
  ]);
  const image = await openBytes(gzipSync(blocks));
  expect(image.config.config).toEqual({ Entrypoint: ["/app"] });
  expect(image.config.created).toBe("1970-01-01T00:00:00Z");
  expect(await rootOf(blocks)).toEqual(["", "app"]);
});

test("an ACI comes from the standard input, too", () =>
  withFolder(async (folder) => {
    const stdin = [gzipSync(await aciOf({ "rootfs/a": "1" }))];
    const scratch = async () => folder;
    const { image } = await openNamed(parseLocation("aci:-"), { stdin, scratch });
    expect((image as Image).annotations["org.opencontainers.image.title"]).toBe("example.com/app");
  }));

test("a path whitelist keeps what it lists, with the folders on the way", async () => {
  const tree = {
    "rootfs/etc/": {},
    "rootfs/etc/a": "1",
    "rootfs/etc/b": "2",
    "rootfs/empty/": {},
    "rootfs/usr/": {},
    "rootfs/usr/bin/": {},
    "rootfs/usr/bin/x": "3",
    "rootfs/usr/bin/y => rootfs/usr/bin/x": {},
    "rootfs/usr/bin/z => rootfs/usr/bin/y": {},
  };
  const listed = (...pathWhitelist: string[]) => aciOf(tree, { ...least, pathWhitelist });
  expect(await rootOf(await listed("/etc/a", "/nowhere"))).toEqual(["", "etc", "etc/a"]);
  expect(await rootOf(await listed("/etc/", "empty"))).toEqual(["", "etc", "empty"]);
  expect(await rootOf(await listed("/usr/bin/x", "/usr/bin/z"))).toEqual([
    "",
    "usr",
    "usr/bin",
    "usr/bin/x",
    "usr/bin/z => usr/bin/x",
  ]);
  // The name that carried the content is not listed, so the next one carries it.
  expect(await rootOf(await listed("/usr/bin/y", "/usr/bin/z"))).toEqual([
    "",
    "usr",
    "usr/bin",
    "usr/bin/y",
    "usr/bin/z => usr/bin/y",
  ]);
  expect(await rootOf(await aciOf(tree, { ...least, pathWhitelist: [] }))).toHaveLength(10);
  await expect(openBytes(await listed("/../etc/a"))).rejects.toThrow("leads out of the root");
});

test("an ACI that is a part of an image names the others", async () => {
  const dependencies = [{ imageName: "example.com/base" }, { imageName: "example.com/certificates" }];
  await expect(openBytes(await aciOf({}, { ...least, dependencies }))).rejects.toThrow(
    /x\.aci is only a part of an image: it lies upon example\.com\/base, example\.com\/certificates; give one/,
  );
});

test("a user may be whoever owns a file", async () => {
  const tree = { "rootfs/bin/ping": { content: "x", uid: 7, gid: 8 } };
  const as = (user: string) => aciOf(tree, { ...least, app: { ...app, user, group: user } });
  expect((await openBytes(await as("/bin/ping"))).config.config?.User).toBe("7:8");
  await expect(openBytes(await as("/bin/pong"))).rejects.toThrow(
    "it is to run as the owner of /bin/pong, which it does not have",
  );
});

const manifest = { name: "manifest", content: JSON.stringify(least) };
const root = { name: "rootfs/", type: "5" };

test.each<[string, Parameters<typeof tarOfBlocks>[0], string]>([
  ["no manifest", [root], "it has no manifest"],
  ["no rootfs", [manifest], "it has no folder rootfs"],
  [
    "a manifest that is a link",
    [root, { name: "manifest", type: "2", link: "rootfs/m" }],
    "its manifest is not a file",
  ],
  ["two manifests", [manifest, root, { ...manifest, name: "./manifest" }], "it has manifest twice"],
  [
    "a manifest that is none",
    [{ name: "manifest", content: "{}" }, root],
    "x.aci: manifest is not a sound ACI manifest",
  ],
  [
    "a rootfs that is a link",
    [manifest, { name: "rootfs", type: "2", link: "/" }],
    "its rootfs is not a folder",
  ],
  ["a file beside", [manifest, root, { name: "extra" }], "it has extra beside manifest and rootfs"],
  [
    "a file nearly in it",
    [manifest, root, { name: "rootfs2/a" }],
    "it has rootfs2/a beside manifest and rootfs",
  ],
  ["a way out", [manifest, root, { name: "rootfs/../../a" }], "leads out of the root"],
  ["a path twice", [manifest, root, { name: "rootfs/a" }, { name: "./rootfs//a" }], "it has rootfs/a twice"],
  [
    "a hardlink to the manifest",
    [manifest, root, { name: "rootfs/a", type: "1", link: "manifest" }],
    "rootfs/a is a hardlink to manifest, which is no earlier file below rootfs",
  ],
  [
    "a hardlink to what comes later",
    [manifest, root, { name: "rootfs/a", type: "1", link: "rootfs/b" }, { name: "rootfs/b" }],
    "rootfs/a is a hardlink to rootfs/b, which is no earlier file below rootfs",
  ],
  [
    "a hardlink to a folder",
    [manifest, root, { name: "rootfs/a", type: "1", link: "rootfs" }],
    "no earlier file",
  ],
  [
    "a hardlink to the host",
    [manifest, root, { name: "rootfs/a", type: "1", link: "/etc/shadow" }],
    "rootfs/a is a hardlink to etc/shadow, which is no earlier file",
  ],
  [
    "what a layer would take for a deletion",
    [manifest, root, { name: "rootfs/etc/.wh.passwd" }],
    "rootfs/etc/.wh.passwd would stand for a deletion in an image layer",
  ],
  ["a manifest without an end", [root, { ...manifest, size: 1 << 20 }], "were expected"],
])("%s is refused", async (_, blocks, why) => {
  await expect(openBytes(tarOfBlocks(blocks))).rejects.toThrow(why);
});

test("an endless manifest is not read to its end", async () => {
  const huge = { name: "manifest", content: `{"a":"${"x".repeat(17 << 20)}"}` };
  await expect(openBytes(tarOfBlocks([root, huge]))).rejects.toThrow(
    "is larger than the limit of 16777216 bytes",
  );
});

test("an encrypted ACI, a folder, and nothing", () =>
  withFolder(async (folder) => {
    await expect(openBytes(Buffer.from("8c0d040903024f", "hex"))).rejects.toThrow(
      "it is encrypted; decrypt it with gpg first",
    );
    await expect(openBytes(Buffer.alloc(0))).rejects.toThrow("it has no manifest");
    await mkdir(join(folder, "d"));
    await expect(open(`aci:${folder}/d`)).rejects.toThrow("it is a folder, not an archive");
    await expect(open(`aci:${folder}/none`)).rejects.toThrow("it does not exist");
  }));

test("a file that changes while its image is in use is told by its digest", () =>
  withFolder(async (folder) => {
    const file = join(folder, "x.aci");
    await writeFile(file, await aciOf({ "rootfs/a": "before" }));
    const image = await openOne(`aci:${file}`);
    await writeFile(file, await aciOf({ "rootfs/a": "behind" }));
    await expect(save(image, `oci:${folder}/o`)).rejects.toThrow("has the digest");
  }));
