import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { collect, drain } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { encodeIndex } from "../../src/formats/oci/image-index.ts";
import { encodeManifest } from "../../src/formats/oci/manifest.ts";
import { mediaTypes } from "../../src/formats/oci/media-types.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import { assembleIndex } from "../../src/images/assemble.ts";
import { isIndex } from "../../src/images/blobs.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openImage } from "../../src/images/open.ts";
import { saveImage } from "../../src/images/save.ts";
import { contentOf } from "../../src/model/content.ts";
import type { Image, ImageIndex, Layer } from "../../src/model/image.ts";
import { arm64, entriesOf, imageOf, layerOf, type Tree } from "../kit/images.ts";
import { withFolder } from "../kit/temporary.ts";

const forms = ["oci", "oci-archive", "docker-archive", "dir"] as const;
const open = (text: string) => openImage(parseLocation(text));
const save = (image: Image | ImageIndex, text: string) => saveImage(image, parseLocation(text));
const bytesOf = ({ open, digest }: Image["manifest"]) => collect(open(), 1 << 20, digest);

async function tarOf(tree: Tree): Promise<Buffer> {
  return collect(writeTar(entriesOf(tree)), 1 << 24, "a tar");
}

test.each(forms)("%s: gives back the image that was saved, and copies keep the digest", (form) =>
  withFolder(async (folder) => {
    const layers = [
      await layerOf({ a: "1" }),
      await layerOf({ b: "2" }, "zstd"),
      await layerOf({ c: "3" }, "none"),
    ];
    const image = imageOf(layers, { config: { Env: ["A=1"] } });
    await save(image, `${form}:${folder}/x`);
    const opened = (await open(`${form}:${folder}/x`)) as Image;
    expect(opened.config).toEqual(image.config);
    expect(opened.platform).toEqual(image.platform);
    expect(opened.layers.map(({ compression }) => compression)).toEqual(["gzip", "zstd", "none"]);
    expect(opened.layers.map(({ diffId }) => diffId)).toEqual(layers.map(({ diffId }) => diffId));
    for (const [at, layer] of opened.layers.entries())
      expect(await bytesOf(layer)).toEqual(await bytesOf(layers[at] as Layer));
    for (const other of forms) {
      const copy = await save(opened, `${other}:${folder}/copy-${other}`);
      expect(copy.digest).toBe(image.manifest.digest);
    }
  }),
);

test.each(["oci", "oci-archive", "dir"])("%s: gives back an index with what is attached to it", (form) =>
  withFolder(async (folder) => {
    const images = [
      imageOf([await layerOf({ a: "1" })]),
      imageOf([await layerOf({ b: "1" })], { platform: arm64 }),
    ];
    const statement = contentOf(Buffer.from("{}"), digestOf("{}"));
    const part = { digest: statement.digest, size: 2 };
    const manifest = encodeManifest({
      mediaType: mediaTypes.manifest,
      config: { ...part, mediaType: mediaTypes.config },
      layers: [{ ...part, mediaType: "application/vnd.in-toto+json" }],
      annotations: {},
    });
    const attached = { digest: digestOf(manifest), size: manifest.byteLength };
    const bytes = encodeIndex({
      mediaType: mediaTypes.index,
      manifests: [
        ...images.map(({ mediaType, manifest: { digest, size }, platform }) => ({
          mediaType,
          digest,
          size,
          platform,
        })),
        { ...attached, mediaType: mediaTypes.manifest, platform: { os: "unknown", architecture: "unknown" } },
      ],
      annotations: {},
    });
    const index: ImageIndex = {
      mediaType: mediaTypes.index,
      index: contentOf(bytes, digestOf(bytes)),
      images,
      attachments: [contentOf(manifest, attached.digest), statement],
    };
    await save(index, `${form}:${folder}/x`);
    const opened = (await open(`${form}:${folder}/x`)) as ImageIndex;
    expect(isIndex(opened)).toBe(true);
    expect(opened.images.map(({ platform }) => platform)).toEqual(images.map(({ platform }) => platform));
    expect(opened.attachments?.map(({ digest }) => digest)).toContain(statement.digest);
    const copy = await save(opened, `oci:${folder}/copy`);
    expect(copy.digest).toBe(index.index.digest);
    expect(((await open(`oci:${folder}/copy`)) as ImageIndex).attachments).toHaveLength(3);
  }),
);

test("a name picks one of several images; without one there is a question", () =>
  withFolder(async (folder) => {
    const [one, two] = [imageOf([await layerOf({ a: "1" })]), imageOf([await layerOf({ a: "2" })])];
    await save(one, `oci:${folder}/x:1`);
    await save(two, `oci:${folder}/x:2`);
    expect(((await open(`oci:${folder}/x:2`)) as Image).manifest.digest).toBe(two.manifest.digest);
    await expect(open(`oci:${folder}/x`)).rejects.toThrow("holds several images: name one of 1, 2.");
    await expect(open(`oci:${folder}/x:3`)).rejects.toThrow("holds no image named 3: name one of 1, 2.");
    await save(one, `docker-archive:${folder}/x.tar:shout`);
    expect(
      ((await open(`docker-archive:${folder}/x.tar:docker.io/library/shout:latest`)) as Image).platform,
    ).toBeDefined();
    await expect(open(`docker-archive:${folder}/x.tar:other`)).rejects.toThrow(
      "holds no image named other: name one of shout:latest.",
    );
    const place = parseLocation(`oci:${folder}/many`);
    for (let at = 1; at <= 7; at += 1)
      await saveImage(one, { ...place, name: `${at}` }, { name: "registry.example/shout" });
    await expect(open(`oci:${folder}/many:8`)).rejects.toThrow("name one of 1, 2, 3, 4, 5 and 2 more.");
  }));

test("an archive of docker's kind alone opens: plain and compressed layers, links between them", () =>
  withFolder(async (folder) => {
    const plain = await layerOf({ a: "1" }, "none");
    const packed = await layerOf({ b: "2" });
    const made = imageOf([plain, packed, plain]);
    const config = await bytesOf(made.configuration);
    const tree: Tree = {
      "one/layer.tar": { content: await bytesOf(plain) },
      "two/layer.tar": { content: await bytesOf(packed) },
      "three/layer.tar -> ../one/layer.tar": "",
      "config.json": { content: config },
      "manifest.json": JSON.stringify([
        {
          Config: "config.json",
          RepoTags: ["shout:1"],
          Layers: ["one/layer.tar", "two/layer.tar", "three/layer.tar"],
        },
      ]),
    };
    const archive = await tarOf(tree);
    await writeFile(join(folder, "x.tar"), archive);
    await writeFile(join(folder, "x.tar.gz"), gzipSync(archive));
    for (const name of ["x.tar", "x.tar.gz"]) {
      const image = (await open(`docker-archive:${folder}/${name}:shout:1`)) as Image;
      expect(image.manifest.digest).toBe(made.manifest.digest);
      for (const layer of image.layers) await drain(layer.open());
    }
  }));

test("a layer whose bytes were changed is refused at its end", () =>
  withFolder(async (folder) => {
    const image = imageOf([await layerOf({ a: "1" })]);
    await save(image, `oci:${folder}/x`);
    const hex = image.layers[0]?.digest.slice(7) ?? "";
    const file = join(folder, "x/blobs/sha256", hex);
    const bytes = await readFile(file);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    await writeFile(file, bytes);
    const opened = (await open(`oci:${folder}/x`)) as Image;
    await expect(drain((opened.layers[0] as Layer).open())).rejects.toMatchObject({
      code: "DIGEST_MISMATCH",
    });
  }));

const hostile: readonly (readonly [string, Tree, string])[] = [
  ["no image at all", { a: "1" }, "it has no manifest.json"],
  [
    "a path twice",
    [
      ["manifest.json", "[]"],
      ["./manifest.json", "[]"],
    ],
    "it has manifest.json twice",
  ],
  [
    "an index that is a manifest, too",
    {
      "oci-layout": '{"imageLayoutVersion":"1.0.0"}',
      "index.json": '{"schemaVersion":2,"manifests":[],"layers":[]}',
    },
    "of a manifest and of an index",
  ],
  [
    "layers out of reach",
    {
      "manifest.json": '[{"Config":"c","Layers":["../../etc/passwd"]}]',
      c: `{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["sha256:${"0".repeat(64)}"]}}`,
    },
    "it has no ../../etc/passwd",
  ],
  [
    "a configuration that is a link in a circle",
    { "manifest.json": '[{"Config":"c","Layers":[]}]', "c -> d": "", "d -> c": "" },
    "it has no c",
  ],
];

test.each(hostile)("an archive with %s is refused", (_, tree, why) =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "x.tar"), await tarOf(tree));
    await expect(open(`docker-archive:${folder}/x.tar`)).rejects.toThrow(why);
  }),
);

test("an archive that ends in the middle is refused", () =>
  withFolder(async (folder) => {
    await save(imageOf([await layerOf({ a: "1".repeat(5000) }, "none")]), `oci-archive:${folder}/x.tar`);
    const bytes = await readFile(`${folder}/x.tar`);
    await writeFile(`${folder}/x.tar`, bytes.subarray(0, bytes.byteLength - 4096));
    await expect(open(`oci-archive:${folder}/x.tar`)).rejects.toThrow("it ends within blobs/sha256/");
  }));

test("what is not there or not of the kind has a sentence", () =>
  withFolder(async (folder) => {
    await mkdir(join(folder, "d"));
    await expect(open(`oci:${folder}/none`)).rejects.toThrow("cannot be read: it does not exist");
    await expect(open(`oci-archive:${folder}/d`)).rejects.toThrow("it is a folder, not an archive");
    await expect(open(`oci:${folder}/d`)).rejects.toThrow("it has no oci-layout");
    await expect(open(`dir:${folder}/d`)).rejects.toThrow("it has no version");
    await expect(open("tar:x")).rejects.toThrow("can be written there, but not opened");
  }));

test("an index over images lists their platforms", async () => {
  const layer = await layerOf({ a: "1" });
  const index = assembleIndex([imageOf([layer]), imageOf([layer], { platform: arm64 })], { k: "v" });
  const { manifests, annotations } = JSON.parse((await bytesOf(index.index)).toString());
  expect(manifests.map((one: { platform: object }) => one.platform)).toEqual([
    { architecture: "amd64", os: "linux" },
    { architecture: "arm64", os: "linux" },
  ]);
  expect(annotations).toEqual({ k: "v" });
});
