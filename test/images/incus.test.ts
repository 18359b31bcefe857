import { createReadStream } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { collect, drain } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openImage, openNamed } from "../../src/images/open.ts";
import { type SaveOptions, saveImage } from "../../src/images/save.ts";
import type { Image } from "../../src/model/image.ts";
import { entriesOf, imageOf, layerOf, type Tree } from "../kit/images.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

const save = (image: Image, text: string, options?: SaveOptions) =>
  saveImage(image, parseLocation(text), options);
const open = (text: string) => openNamed(parseLocation(text));

async function someImage(): Promise<Image> {
  const lower = await layerOf({
    "/": { mode: 0o755, mtime: 7 },
    "etc/": { mode: 0o700 },
    "etc/gone": "1",
    "etc/os-release -> ../usr/lib/os-release": "",
    "usr/lib/os-release": 'PRETTY_NAME="Test Linux 1"\nID=test\nVERSION_ID=1.10\nVERSION_CODENAME=\n',
    "bin/ping": { content: "ping", mode: 0o4755, xattrs: new Map([["security.capability", Buffer.of(1)]]) },
    "bin/ping6 => bin/ping": { mode: 0o4755 },
    "dev/null": { type: "character", major: 1, minor: 3 },
  });
  const upper = await layerOf({ "etc/.wh.gone": "", "srv/ünï": { content: "x", uid: 5_000_000 } });
  return imageOf([lower, upper], { config: { Cmd: ["/bin/ping"], Labels: { a: "b" } } });
}

async function namesIn(tar: Uint8Array): Promise<string[]> {
  const names: string[] = [];
  for await (const { path } of readTar([tar], "a tar")) names.push(path);
  return names;
}

test("an incus image is metadata and a rootfs, and goes by the sha256 of its file", () =>
  withFolder(async (folder) => {
    const file = join(folder, "x.tar.gz");
    const saved = await save(await someImage(), `incus:${file}`, { name: "registry.example/ping:2" });
    const bytes = await readFile(file);
    expect(saved).toEqual({
      digest: digestOf(bytes),
      bytes: bytes.byteLength,
      path: file,
      notes: ["An incus image has no place for what the configuration says of Cmd, Labels."],
    });
    const tar = gunzipSync(bytes);
    const names = await namesIn(tar);
    expect(names.slice(0, 3)).toEqual(["metadata.yaml", "rootfs", "rootfs/etc"]);
    expect(names.slice(1).every((name) => name.startsWith("rootfs"))).toBe(true);
    expect(names).not.toContain("rootfs/etc/gone");
    expect(tar.toString()).toContain(
      'architecture: "x86_64"\ncreation_date: 1767323045\nproperties:\n  "description": "Test Linux 1"\n  "name": "registry.example/ping:2"\n  "os": "test"\n  "release": "1.10"\n',
    );
    expect(await save(await someImage(), `incus:${file}`, { name: "registry.example/ping:2" })).toEqual(
      saved,
    );
  }));

test.each(["x.tar", "x.tar.gz", "x.tar.zst", "x"])(
  "to incus:%s and back: the root is what tar: has",
  (name) =>
    withFolder(async (folder) => {
      const image = await someImage();
      await save(image, `incus:${folder}/${name}`, { name: "ping:2" });
      const { image: opened, names, manifestMade } = await open(`incus:${folder}/${name}`);
      const back = opened as Image;
      expect([names, manifestMade]).toMatchObject([
        [{ reference: { repository: "library/ping", tag: "2" } }],
        true,
      ]);
      expect(back.config).toMatchObject({
        architecture: "amd64",
        os: "linux",
        created: image.config.created,
      });
      expect(back.annotations).toEqual({ "org.opencontainers.image.description": "Test Linux 1" });
      const [before, after] = [await save(image, `tar:${folder}/a`), await save(back, `tar:${folder}/b`)];
      expect([after.digest, back.layers[0]?.diffId]).toEqual([before.digest, before.digest]);
      const again = (await open(`incus:${folder}/${name}`)).image as Image;
      expect(again.manifest.digest).toBe(back.manifest.digest);
    }),
);

test("a label describes it; without files, name or date there is little to say", () =>
  withFolder(async (folder) => {
    const Labels = { "org.opencontainers.image.description": "mine" };
    const labelled = imageOf([await layerOf({ a: "1" })], { config: { Labels } });
    expect((await save(labelled, `incus:${folder}/x`)).notes).toEqual([]);
    expect((await open(`incus:${folder}/x`)).image).toMatchObject({
      annotations: { "org.opencontainers.image.description": "mine" },
    });
    await save(imageOf([]), `incus:${folder}/y.tar`);
    const tar = await readFile(join(folder, "y.tar"));
    expect(await namesIn(tar)).toEqual(["metadata.yaml", "rootfs"]);
    expect(tar.toString()).not.toContain("properties");
    const odd = imageOf([], { platform: { os: "linux", architecture: "wasm" } });
    await expect(save(odd, `incus:${folder}/z`)).rejects.toThrow("incus has no word for linux/wasm");
  }));

const metadata = "architecture: x86_64\ncreation_date: 1424284563\n";
const write = async (file: string, tree: Tree) =>
  writeFile(file, gzipSync(await collect(writeTar(entriesOf(tree)), 1 << 24, "a tar")));

test("templates stay behind, and tare copy says so; ls looks in; the standard input is read", () =>
  withFolder(async (folder) => {
    await write(join(folder, "x.tar.gz"), [
      ["templates/", {}],
      ["templates/hostname.tpl", "x"],
      ["rootfs/", {}],
      ["rootfs/etc/motd", "hi"],
      ["metadata.yaml", `${metadata}templates:\n  /etc/hostname: {template: hostname.tpl}\n`],
    ]);
    const { code, out } = await runTare(["copy", "--json", "incus:x.tar.gz", "oci:out:1"], { folder });
    expect(code).toBe(0);
    const { images, notes } = JSON.parse(out);
    const made = (await openImage(parseLocation(`oci:${folder}/out:1`))) as Image;
    const diffId = made.layers[0]?.diffId;
    expect(notes).toEqual([
      `incus:${folder}/x.tar.gz has no manifest of this kind: ${images[0].digest} was made for it, the same each time; so were the configuration and the layer, of the same files, with the diffID ${diffId}.`,
      `An image has no place for templates for /etc/hostname, which incus:${folder}/x.tar.gz has.`,
    ]);
    const listed = await runTare(["ls", "incus:x.tar.gz"], { folder });
    expect([listed.code, listed.out]).toEqual([0, expect.stringContaining("etc/motd")]);
    await mkdir(join(folder, "scratch"));
    const { image } = await openNamed(parseLocation("incus:-"), {
      stdin: createReadStream(join(folder, "x.tar.gz")),
      scratch: async () => join(folder, "scratch"),
    });
    expect((image as Image).manifest.digest).toBe(images[0].digest);
  }));

const wrong: readonly (readonly [string, Tree, string])[] = [
  ["nothing", {}, "it has no metadata.yaml"],
  ["half of a split image", { "metadata.yaml": metadata }, "it has no folder rootfs; of a split image"],
  ["a virtual machine", { "metadata.yaml": metadata, "rootfs.img": "" }, "it is a virtual machine's"],
  ["metadata that is a link", { "metadata.yaml -> x": "" }, "its metadata.yaml is no file"],
  ["metadata that is no YAML", { "metadata.yaml": "a: b: c" }, "it is not sound YAML"],
  ["too much metadata", { "metadata.yaml": "#".repeat((1 << 18) + 1) }, "metadata.yaml"],
  ["an unknown machine", { "metadata.yaml": "architecture: vax", "rootfs/": {} }, 'the architecture "vax"'],
  ["a root that is a file", { "metadata.yaml": metadata, rootfs: "" }, "its rootfs is not a folder"],
  ["a deletion", { "rootfs/": {}, "rootfs/.wh.a": "" }, "would stand for a deletion"],
  [
    "a link out of the root",
    { "metadata.yaml": metadata, "rootfs/a => metadata.yaml": "" },
    "is a hardlink to",
  ],
  [
    "a file twice",
    [
      ["rootfs/", {}],
      ["rootfs/a", ""],
      ["rootfs/a", ""],
    ],
    "it has rootfs/a twice",
  ],
];

test.each(wrong)("%s is refused", (_, tree, why) =>
  withFolder(async (folder) => {
    await write(join(folder, "x.tar.gz"), tree);
    await expect(open(`incus:${folder}/x.tar.gz`)).rejects.toThrow(why);
  }),
);

test("a layer of it is verified each time: a file that changed meanwhile is noticed", () =>
  withFolder(async (folder) => {
    const file = join(folder, "x.tar.gz");
    await write(file, { "metadata.yaml": metadata, "rootfs/": {}, "rootfs/a": "1" });
    const image = (await open(`incus:${file}`)).image as Image;
    await write(file, { "metadata.yaml": metadata, "rootfs/": {}, "rootfs/a": "2" });
    await expect(drain((image.layers[0] as Image["layers"][number]).open())).rejects.toThrow();
  }));

test("a root in squashfs, alone or within, is said to be one", () =>
  withFolder(async (folder) => {
    const sentence = /its root is a squashfs file system; unpack that with unsquashfs/;
    await writeFile(join(folder, "rootfs.squashfs"), `hsqs${"\0".repeat(2000)}`);
    await write(join(folder, "x.tar.gz"), [
      ["metadata.yaml", metadata],
      ["rootfs.squashfs", "hsqs"],
    ]);
    for (const name of ["rootfs.squashfs", "x.tar.gz"])
      await expect(openNamed(parseLocation(`incus:${folder}/${name}`))).rejects.toThrow(sentence);
  }));
