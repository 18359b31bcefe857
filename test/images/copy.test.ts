import { createReadStream } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { collect, drain } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { mediaTypes } from "../../src/formats/oci/media-types.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import { assembleIndex } from "../../src/images/assemble.ts";
import { descriptorOf } from "../../src/images/blobs.ts";
import { type CopyOptions, type CopyResult, copyImages } from "../../src/images/copy.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openImage, openNamed } from "../../src/images/open.ts";
import { saveImage } from "../../src/images/save.ts";
import { contentOf } from "../../src/model/content.ts";
import type { Image, ImageIndex } from "../../src/model/image.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { arm64, entriesOf, imageOf, layerOf, type Tree } from "../kit/images.ts";
import { type MemoryDaemon, memoryDaemon } from "../kit/memory-daemon.ts";
import { withFolder } from "../kit/temporary.ts";

type Copy = (
  from: string | readonly string[],
  to: string,
  options?: Partial<CopyOptions>,
) => Promise<CopyResult>;

/** A folder, a daemon and a store for the length of `work`; `@` in a location stands for the folder. */
async function withPlace(work: (copy: Copy, folder: string, daemon: MemoryDaemon) => Promise<void>) {
  await withFolder(async (folder) => {
    const store = await openStore(join(folder, "store"));
    const daemon = memoryDaemon();
    const at = (text: string) => parseLocation(text.replace("@", folder));
    const copy: Copy = (from, to, options) =>
      copyImages([from].flat().map(at), at(to), {
        machine: { os: "linux", architecture: "amd64" },
        store,
        threads: 2,
        scratch: () => store.scratch(),
        connect: daemon.connect,
        ...options,
      });
    await work(copy, folder, daemon);
  });
}

const open = (folder: string, text: string) => openImage(parseLocation(text.replace("@", folder)));
const bytesOf = ({ open, digest }: Image["manifest"]) => collect(open(), 1 << 20, digest);

async function threeLayers(): Promise<Image> {
  return imageOf([
    await layerOf({ a: "1" }),
    await layerOf({ b: "2" }, "zstd"),
    await layerOf({ c: "3" }, "none"),
  ]);
}

/** As `docker save` writes it: no manifest, layers under names of their own. */
async function dockerSave(image: Image, names: readonly string[]): Promise<Buffer> {
  const layers = await Promise.all(image.layers.map(bytesOf));
  const tree: Tree = {
    ...Object.fromEntries(layers.map((content, at) => [`${at}/layer.tar`, { content }])),
    "config.json": { content: await bytesOf(image.configuration) },
    "manifest.json": JSON.stringify([
      { Config: "config.json", RepoTags: names, Layers: layers.map((_, at) => `${at}/layer.tar`) },
    ]),
  };
  return collect(writeTar(entriesOf(tree)), 1 << 24, "a tar");
}

const sources = ["oci:@/1:1", "oci-archive:@/1.tar:1", "docker-archive:@/1.docker", "dir:@/1.dir"] as const;
const destinations = [
  "oci:@/2:2",
  "oci-archive:@/2.tar",
  "docker-archive:@/2.docker:x:2",
  "dir:@/2.dir",
] as const;

test.each(sources.flatMap((from) => destinations.map((to) => [from, to] as const)))(
  "%s to %s keeps manifest, configuration and layers byte for byte",
  (from, to) =>
    withPlace(async (copy, folder) => {
      const image = await threeLayers();
      await saveImage(image, parseLocation(from.replace("@", folder)));
      const { digest } = image.manifest;
      const copied = await copy(from, to);
      expect(copied).toMatchObject({ keeps: "manifest", images: [{ source: digest, digest }] });
      const back = (await open(folder, to)) as Image;
      expect(await bytesOf(back.manifest)).toEqual(await bytesOf(image.manifest));
      expect(back.configuration.digest).toBe(image.configuration.digest);
      for (const layer of back.layers) await drain(layer.open());
    }),
);

test.each([...sources, "docker-daemon:shout:1"])(
  "%s to docker-daemon: keeps the configuration, to tar: files",
  (from) =>
    withPlace(async (copy, folder, daemon) => {
      const image = await threeLayers();
      if (from.startsWith("docker-daemon:"))
        daemon.images.set("shout:1", await dockerSave(image, ["shout:1"]));
      else await saveImage(image, parseLocation(from.replace("@", folder)));
      expect(await copy(from, "docker-daemon:other:2")).toMatchObject({
        to: "docker-daemon:other:2",
        keeps: "configuration",
        images: [{ names: ["other:2"], source: image.manifest.digest, digest: image.configuration.digest }],
      });
      expect(daemon.loaded[0]?.includes('"RepoTags":["other:2"]')).toBe(true);
      const flat = await copy(from, "tar:@/root.tar");
      expect(flat).toMatchObject({ keeps: "files", images: [{ names: [] }] });
      expect(flat.images[0]?.digest).toBe(digestOf(await readFile(join(folder, "root.tar"))));
      expect(flat.notes.at(-1)).toBe("A tar holds the files alone: no layers, no configuration, no history.");
    }),
);

test("an ACI keeps files alone, and what is made of one is said to be made", () =>
  withPlace(async (copy, folder) => {
    await saveImage(await threeLayers(), parseLocation(`oci:${folder}/1:1`));
    const there = await copy("oci:@/1", "aci:@/x.aci");
    expect(there).toMatchObject({ keeps: "files", images: [{ names: [] }] });
    expect(there.images[0]?.digest).toMatch(/^sha512:/);
    const back = await copy("aci:@/x.aci", "oci:@/2");
    expect(back.notes[0]).toMatch(
      /was made for it, the same each time; so were the configuration and the layer, of the same files, with the diffID sha256:[0-9a-f]{64}\.$/,
    );
  }));

test.each(["plain", "gzip"])("what docker saves is read from the standard input: %s", (kind) =>
  withPlace(async (copy, folder) => {
    const image = await threeLayers();
    const saved = await dockerSave(image, ["shout:1", "shout:latest"]);
    const file = join(folder, "saved.tar");
    await writeFile(file, kind === "gzip" ? gzipSync(saved) : saved);
    const copied = await copy("docker-archive:-", "oci:@/layout", { stdin: createReadStream(file) });
    // The manifest that is made for it is the one that an image of ours has.
    expect(copied.images).toMatchObject([{ from: "docker-archive:-", digest: image.manifest.digest }]);
    expect(copied.images[0]?.names).toEqual(["shout:1"]);
    expect(copied.notes).toEqual([
      `docker-archive:- has no manifest of this kind: ${image.manifest.digest} was made for it, the same each time; the configuration and the diffIDs of its layers are as they were.`,
      "docker-archive:- is also called shout:latest; that was left out.",
    ]);
    const { names } = await openNamed(parseLocation(`oci:${folder}/layout:1`));
    expect(names).toMatchObject([{ reference: { repository: "library/shout", tag: "1" } }]);
    const direct = await copy("docker-archive:@/saved.tar:shout:1", "oci:@/direct");
    expect(direct.images[0]?.digest).toBe(image.manifest.digest);
    const again = await copy("docker-archive:-:shout:latest", "docker-archive:@/x.tar", {
      stdin: createReadStream(file),
    });
    expect(again.images[0]?.names).toEqual(["shout:latest"]);
    await expect(copy("docker-archive:-", "oci:@/y")).rejects.toThrow("there is no input to read from");
  }),
);

async function severalPlatforms(): Promise<ImageIndex> {
  const layer = await layerOf({ a: "1" });
  const v7 = { os: "linux", architecture: "arm", variant: "v7" };
  return assembleIndex([
    imageOf([layer]),
    imageOf([layer], { platform: arm64 }),
    imageOf([layer], { platform: v7 }),
  ]);
}

test("an index goes whole where it can stand, else the image for this machine does, and that is said", () =>
  withPlace(async (copy, folder) => {
    const index = await severalPlatforms();
    const [amd] = index.images as readonly Image[] as [Image];
    await saveImage(index, parseLocation(`oci:${folder}/1`));
    for (const to of ["oci:@/2", "oci-archive:@/2.tar", "dir:@/2.dir"]) {
      const copied = await copy("oci:@/1", to);
      expect(copied.notes).toEqual([]);
      expect(copied.images).toMatchObject([
        { digest: index.index.digest, platforms: ["linux/amd64", "linux/arm64", "linux/arm/v7"] },
      ]);
    }
    const { images, notes } = await copy("oci:@/1", "docker-archive:@/x.tar");
    expect(images).toMatchObject([
      { source: index.index.digest, digest: amd?.manifest.digest, platforms: ["linux/amd64"] },
    ]);
    expect(notes[0]).toBe(
      `docker-archive:${folder}/x.tar holds no index: the image for this machine was taken, linux/amd64 of linux/amd64, linux/arm64, linux/arm/v7.`,
    );
    expect(notes.at(-1)).toContain("It has no name in there;");
    const machine = { os: "linux", architecture: "riscv64" };
    await expect(copy("oci:@/1", "docker-archive:@/y.tar", { machine })).rejects.toMatchObject({
      code: "SEVERAL_PLATFORMS",
    });
  }));

test("an index of which only one image is there, as docker saves it, is taken for that image", () =>
  withPlace(async (copy, folder) => {
    const index = await severalPlatforms();
    const [one, two, three] = index.images as readonly Image[] as [Image, Image, Image];
    const place = `oci:${folder}/1`;
    await saveImage(index, parseLocation(place));
    const blob = ({ digest }: { digest: string }) => join(folder, "1/blobs", digest.replace(":", "/"));
    await rm(blob(three.manifest));
    // Which of two is meant, nobody knows.
    await expect(copy("oci:@/1", "oci:@/2")).rejects.toMatchObject({ code: "BAD_ARCHIVE" });
    await rm(blob(two.manifest));
    const { images, notes } = await copy("oci:@/1", "oci:@/2");
    expect(images[0]?.digest).toBe(one.manifest.digest);
    expect(notes).toEqual([
      `${place} has an index, but not its images for linux/arm64, linux/arm/v7: that stayed behind.`,
    ]);
  }));

test("--platform takes one of an index, and minds the variant", () =>
  withPlace(async (copy, folder) => {
    const index = await severalPlatforms();
    await saveImage(index, parseLocation(`oci:${folder}/1`));
    const digestFor = async (architecture: string, variant?: string) => {
      const platform = { os: "linux", architecture, ...(variant !== undefined && { variant }) };
      return (await copy("oci:@/1", "oci:@/2", { platform })).images[0]?.digest;
    };
    const [, second, third] = index.images;
    expect(await digestFor("arm64")).toBe(second?.manifest.digest);
    expect(await digestFor("arm64", "v8")).toBe(second?.manifest.digest);
    expect(await digestFor("arm")).toBe(third?.manifest.digest);
    await expect(digestFor("arm", "v6")).rejects.toThrow(
      `oci:${folder}/1 has no image for linux/arm/v6; it has linux/amd64, linux/arm64, linux/arm/v7.`,
    );
  }));

test("manifests of Docker's kind stay where their readers look for them, and else become OCI's", () =>
  withPlace(async (copy, folder) => {
    const dockers = async (image: Image): Promise<Image> => {
      const text = (await bytesOf(image.manifest))
        .toString()
        .replaceAll("application/vnd.oci.image.manifest.v1+json", mediaTypes.dockerManifest)
        .replaceAll("application/vnd.oci.image.config.v1+json", mediaTypes.dockerConfig)
        .replaceAll(
          /application\/vnd.oci.image.layer.v1.tar(?:\+gzip)?/g,
          "application/vnd.docker.image.rootfs.diff.tar.gzip",
        );
      const manifest = contentOf(Buffer.from(text), digestOf(text));
      return { ...image, mediaType: mediaTypes.dockerManifest, manifest };
    };
    const ours = await severalPlatforms();
    const images = await Promise.all(ours.images.map(dockers));
    const list = assembleIndex(images);
    const text = (await bytesOf(list.index))
      .toString()
      .replace(mediaTypes.index, mediaTypes.dockerManifestList);
    const index = contentOf(Buffer.from(text), digestOf(text));
    await saveImage(
      { mediaType: mediaTypes.dockerManifestList, index, images },
      parseLocation(`dir:${folder}/list`),
    );
    const [one] = images as [Image];
    await saveImage(one, parseLocation(`dir:${folder}/one`));

    expect((await copy("dir:@/list", "dir:@/list2")).images[0]?.digest).toBe(index.digest);
    expect((await copy("dir:@/one", "dir:@/one2")).images[0]?.digest).toBe(one.manifest.digest);
    const whole = await copy("dir:@/list", "oci:@/1");
    expect(whole.images[0]?.digest).toBe(ours.index.digest);
    expect(whole.notes).toEqual([
      `Readers of OCI layouts do not look for manifests of Docker's kind, so ${index.digest} became ${ours.index.digest}; configurations and layers are as they were.`,
    ]);
    for (const to of ["oci:@/2", "oci-archive:@/2.tar", "docker-archive:@/2.docker:x:1"])
      expect((await copy("dir:@/one", to)).images[0]?.digest).toBe(ours.images[0]?.manifest.digest);
    const loaded = await copy("dir:@/one", "docker-daemon:x:1");
    expect(loaded.notes).toEqual([
      "Docker keeps the configuration, whose digest is its image ID, and makes a manifest of its own.",
    ]);
  }));

test("--compression makes new layers and a new manifest over the same configuration, and says so", () =>
  withPlace(async (copy, folder) => {
    const image = await threeLayers();
    await saveImage(image, parseLocation(`oci:${folder}/1`));
    for (const format of ["zstd", "gzip", "none"] as const) {
      const { images, notes } = await copy("oci:@/1", `oci:@/${format}`, { compression: { format } });
      const back = (await open(folder, `oci:@/${format}`)) as Image;
      expect(back.layers.map(({ compression }) => compression)).toEqual([format, format, format]);
      expect(back.configuration.digest).toBe(image.configuration.digest);
      for (const layer of back.layers) await drain(layer.open());
      expect(images[0]?.digest).not.toBe(images[0]?.source);
      expect(notes).toEqual([
        `Layers were compressed anew, so ${image.manifest.digest} became ${back.manifest.digest}; configurations are as they were.`,
      ]);
      // What is of that format already stays, unless a level is named.
      const same = await copy(`oci:@/${format}`, "oci:@/same", { compression: { format } });
      expect(same.images[0]?.digest).toBe(back.manifest.digest);
      expect(same.notes).toEqual(["Every layer is compressed so already: nothing was changed."]);
    }
    // The layer that was of that format before is the very same one.
    const gzipped = (await open(folder, "oci:@/gzip")) as Image;
    expect(gzipped.layers[0]?.digest).toBe(image.layers[0]?.digest);
    const harder = await copy("oci:@/gzip", "oci:@/harder", { compression: { format: "gzip", level: 1 } });
    expect(harder.images[0]?.digest).not.toBe(gzipped.manifest.digest);
  }));

test("--compression goes through all images of an index", () =>
  withPlace(async (copy, folder) => {
    const index = await severalPlatforms();
    await saveImage(index, parseLocation(`oci:${folder}/1`));
    const { images } = await copy("oci:@/1", "oci:@/2", { compression: { format: "zstd" } });
    const back = (await open(folder, "oci:@/2")) as ImageIndex;
    expect(images[0]?.digest).toBe(descriptorOf(back).digest);
    expect(back.images.map(({ configuration }) => configuration.digest)).toEqual(
      index.images.map(({ configuration }) => configuration.digest),
    );
    expect(back.images.flatMap(({ layers }) => layers.map(({ compression }) => compression))).toEqual([
      "zstd",
      "zstd",
      "zstd",
    ]);
  }));

test("several images go to one docker archive, and are read from it by name", () =>
  withPlace(async (copy, folder, daemon) => {
    const shared = await layerOf({ a: "1" });
    const one = imageOf([shared]);
    const two = imageOf([shared, await layerOf({ b: "1" })]);
    await saveImage(one, parseLocation(`docker-archive:${folder}/1.tar:one:1`));
    daemon.images.set("two:1", await dockerSave(two, ["two:1"]));
    const copied = await copy(["docker-archive:@/1.tar", "docker-daemon:two:1"], "docker-archive:@/both.tar");
    expect(copied.images.map(({ names, digest }) => [names, digest])).toEqual([
      [["one:1"], one.manifest.digest],
      [["two:1"], two.manifest.digest],
    ]);
    for (const [name, image] of [
      ["one:1", one],
      ["docker.io/library/two:1", two],
    ] as const) {
      const back = (await open(folder, `docker-archive:@/both.tar:${name}`)) as Image;
      expect(back.manifest.digest).toBe(image.manifest.digest);
    }
    await expect(open(folder, "docker-archive:@/both.tar")).rejects.toThrow(
      "holds several images: name one of one:1, two:1.",
    );
    await copy(["docker-archive:@/both.tar:one:1", "docker-archive:@/both.tar:two:1"], "docker-daemon:");
    expect(daemon.loaded[0]?.equals(await readFile(join(folder, "both.tar")))).toBe(true);
  }));

test.each([
  [["oci:@/1", "oci:@/1"], "oci:@/2", "it takes one image at a time"],
  [["oci:@/1", "oci:@/1"], "docker-archive:@/2:x:1", "leave the name out"],
  [["docker-archive:-", "oci-archive:-"], "docker-archive:@/2", "the standard input can be read once only"],
  [["oci:@/1", "oci:@/1"], "docker-archive:@/2", "/1 has no name that it could have there"],
  [["oci:@/named:1", "oci:@/named:1"], "docker-archive:@/2", "are both called shout:1"],
  [["tar:@/x.tar"], "oci:@/2", "an image can be written there, but not opened"],
] as const)("%s to %s is refused, and nothing is written", (from, to, why) =>
  withPlace(async (copy, folder) => {
    const image = await threeLayers();
    await saveImage(image, parseLocation(`oci:${folder}/1`));
    await saveImage(image, parseLocation(`oci:${folder}/named`), { name: "shout:1" });
    await expect(copy(from, to)).rejects.toThrow(why);
    expect((await readdir(folder)).sort()).toEqual(["1", "named", "store"]);
  }),
);

test("a copy onto itself does no harm", () =>
  withPlace(async (copy, folder) => {
    const image = await threeLayers();
    await saveImage(image, parseLocation(`docker-archive:${folder}/x.tar:a:1`));
    await copy("docker-archive:@/x.tar", "docker-archive:@/x.tar:b:1");
    await saveImage(image, parseLocation(`dir:${folder}/x`));
    await copy("dir:@/x", "dir:@/x", { compression: { format: "zstd" } });
    const back = (await open(folder, "docker-archive:@/x.tar:b:1")) as Image;
    expect(back.manifest.digest).toBe(image.manifest.digest);
    for (const layer of back.layers) await drain(layer.open());
    for (const layer of ((await open(folder, "dir:@/x")) as Image).layers) await drain(layer.open());
  }));

test("images of a layout keep their names into an archive for docker, whoever wrote them", () =>
  withPlace(async (copy, folder) => {
    const [one, two] = [imageOf([await layerOf({ a: "1" })]), imageOf([await layerOf({ a: "2" })])];
    await saveImage(one, parseLocation(`oci:${folder}/layout:9`), { name: "registry.example/web" });
    await saveImage(two, parseLocation(`oci:${folder}/layout:x`));
    const nameless = copy(["oci:@/layout:9", "oci:@/layout:x"], "docker-archive:@/x.tar");
    await expect(nameless).rejects.toThrow("docker-archive:FILE:NAME:TAG` gives it one");
    // Podman has the whole reference where skopeo has a tag.
    const index = join(folder, "layout/index.json");
    await writeFile(index, (await readFile(index, "utf8")).replace('"x"', '"localhost/two:2"'));
    await copy("oci:@/layout:9", "oci:@/one:3");
    const only = { ...JSON.parse(await readFile(index, "utf8")) };
    only.manifests = only.manifests.slice(1);
    await writeFile(index, JSON.stringify(only));
    const both = await copy(["oci:@/one:3", "oci:@/layout"], "docker-archive:@/x.tar");
    expect(both.images.map(({ names }) => names)).toEqual([["registry.example/web:3"], ["localhost/two:2"]]);
  }));

test("a folder that is there and takes no files is not said to be missing", () =>
  withPlace(async (copy, folder) => {
    await saveImage(await threeLayers(), parseLocation(`oci:${folder}/1:1`));
    await expect(copy("oci:@/1", "tar:/proc/x.tar")).rejects.toThrow(
      "/proc/x.tar cannot be written: its folder takes no new files.",
    );
    await expect(copy("oci:@/1", "tar:@/none/x.tar")).rejects.toThrow("its folder does not exist");
  }));
