import { zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { appendLayers, upperLayer } from "../../src/edit/append-layers.ts";
import { changeConfig } from "../../src/edit/change-config.ts";
import { flattenImage } from "../../src/edit/flatten-image.ts";
import { type BaseImage, rebaseImage } from "../../src/edit/rebase-image.ts";
import { assembleIndex } from "../../src/images/assemble.ts";
import { completeImage } from "../../src/images/complete.ts";
import { withLayers } from "../../src/images/oci-manifest.ts";
import { contentOf } from "../../src/model/content.ts";
import type { Compression, Image } from "../../src/model/image.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { inChunks } from "../kit/chunks.ts";
import { treeOf } from "../kit/image-tree.ts";
import { arm64, imageOf, layerOf } from "../kit/images.ts";
import { tarOfBlocks } from "../kit/tar-blocks.ts";
import { withFolder } from "../kit/temporary.ts";

const signal = new AbortController().signal;

/** The image under a configuration that somebody else wrote. */
async function configured(image: Image, change: (config: Record<string, unknown>) => void): Promise<Image> {
  const config = JSON.parse((await collect(image.configuration.open(), 1 << 20, "it")).toString());
  change(config);
  const bytes = Buffer.from(JSON.stringify(config));
  const configuration = contentOf(bytes, digestOf(bytes));
  const { mediaType, manifest } = withLayers({ ...image, configuration }, image.layers);
  const contents = [manifest, configuration, ...image.layers];
  const lookup = async ({ digest }: { digest: string }) =>
    contents.find((content) => content.digest === digest) as (typeof contents)[number];
  return (await completeImage(
    { mediaType, digest: manifest.digest, size: manifest.size },
    lookup,
    "x",
  )) as Image;
}

async function jsonOf(image: Image): Promise<Record<string, unknown>> {
  return JSON.parse((await collect(image.configuration.open(), 1 << 20, "it")).toString());
}

const emptyLine = { created_by: "ENV A=1", empty_layer: true };

async function flattened(image: Image, given: Parameters<typeof flattenImage>[1] = {}) {
  return withFolder(async (folder) => {
    const edited = await flattenImage(image, given, { store: await openStore(folder), threads: 1, signal });
    return { ...edited, tree: await treeOf(edited.image.layers) };
  });
}

test("flattened, an image has one layer with the same tree, and the history of that one", async () => {
  const layers = [
    await layerOf({ "a/": {}, "a/x": "1", "a/y => a/x": {}, b: "2" }),
    await layerOf({ "a/z => a/y": {}, ".wh.b": "", "a/.wh.x": "" }),
  ];
  const image = await configured(imageOf(layers, { config: { Cmd: ["sh"] } }), (config) => {
    config.history = [{ created_by: "ADD a" }, emptyLine, { created_by: "ADD b" }];
  });
  const { image: flat, tree, notes } = await flattened(image);
  expect(tree).toEqual(await treeOf(layers));
  expect(flat.config.history).toEqual([
    emptyLine,
    {
      created: "2026-01-02T03:04:05Z",
      created_by: "tare flatten",
      comment: `2 layers of ${image.manifest.digest}`,
    },
  ]);
  expect(flat.config.config).toEqual(image.config.config);
  expect(notes).toEqual([
    `2 layers became one, ${flat.layers[0]?.diffId}; nothing is left in it of what upper layers hid or replaced.`,
  ]);
  expect((await flattened(image)).image.manifest.digest).toBe(flat.manifest.digest);
  const dated = await flattened(image, { epoch: 0 });
  expect([dated.image.config.created, dated.image.config.history?.at(-1)?.created]).toEqual(
    Array(2).fill("1970-01-01T00:00:00Z"),
  );
});

test.for<[Compression[], Compression | undefined, Compression]>([
  [["zstd", "zstd"], undefined, "zstd"],
  [["none", "none"], undefined, "none"],
  [["none", "gzip"], undefined, "gzip"],
  [["zstd", "none"], undefined, "gzip"],
  [[], undefined, "gzip"],
  [["gzip"], "zstd", "zstd"],
])("layers compressed as %j, with %j asked for, become one of %s", async ([formats, wish, want]) => {
  const layers = await Promise.all(formats.map((format, at) => layerOf({ [`f${at}`]: "x" }, format)));
  const { image, tree } = await flattened(imageOf(layers), wish && { compression: { format: wish } });
  expect(image.layers.map(({ compression }) => compression)).toEqual([want]);
  expect(tree.length).toBe(formats.length);
});

test("changes are what docker's instructions make; layers stay, and what tare does not know stays, too", async () => {
  const image = await configured(imageOf([await layerOf({ a: "1" })]), (config) => {
    Object.assign(config, { "os.version": "10", docker_version: "1", container_config: { A: null } });
    config.config = { Env: ["A=1"], Domainname: "x", Labels: { z: "1" }, ArgsEscaped: true };
  });
  const { image: changed } = changeConfig(image, ["ENV B=$A", " LABEL a=b", 'ENTRYPOINT ["x"]'], {});
  expect(await jsonOf(changed)).toEqual({
    ...(await jsonOf(image)),
    config: {
      Env: ["A=1", "B=1"],
      Entrypoint: ["x"],
      Labels: { a: "b", z: "1" },
      Domainname: "x",
      ArgsEscaped: true,
    },
    history: [
      ...(image.config.history ?? []),
      ...["ENV B=$A", "LABEL a=b", 'ENTRYPOINT ["x"]'].map((created_by) => ({
        created: "2026-01-02T03:04:05Z",
        created_by,
        comment: "tare config",
        empty_layer: true,
      })),
    ],
  });
  expect(changed.layers).toBe(image.layers);
  expect(() => changeConfig(image, ["RUN true"], {})).toThrow(/--change "RUN true": RUN cannot be a change/);
});

test("an image without a history gets one that tells of its layers", async () => {
  const image = await configured(
    imageOf([await layerOf({ a: "1" }), await layerOf({ b: "1" })]),
    (config) => {
      delete config.history;
      delete config.created;
    },
  );
  const { image: changed } = changeConfig(image, ["USER 1"], {});
  expect((await jsonOf(changed)).history).toEqual([
    {},
    {},
    { created_by: "USER 1", comment: "tare config", empty_layer: true },
  ]);
});

test("appended layers come last, with a line each; those below stay as they are", async () => {
  const image = imageOf([await layerOf({ a: "1" })], { config: { Cmd: ["x"] } });
  const upper = [await layerOf({ b: "1" }, "zstd"), await layerOf({ ".wh.a": "" }, "none")];
  const { image: more, notes } = appendLayers(
    image,
    upper.map((layer, at) => ({ layer, origin: `${at}.tar` })),
    { epoch: 5 },
  );
  expect(more.layers).toEqual([...image.layers, ...upper]);
  expect(await treeOf(more.layers)).toHaveLength(1);
  expect(more.config.config).toEqual(image.config.config);
  const line = (from: string) => ({ created: "1970-01-01T00:00:05Z", created_by: `tare append ${from}` });
  expect(more.config.history).toEqual([...(image.config.history ?? []), line("0.tar"), line("1.tar")]);
  expect(notes).toEqual([`Upon its 1 layer came ${upper[0]?.diffId}, ${upper[1]?.diffId}.`]);
});

test("a tarball that would leave its image, or is none, is refused as a layer; one that is odd is told", async () => {
  const upper = (blocks: Uint8Array) =>
    withFolder(async (folder) => {
      const tarball = { name: "x.tar", lasting: false, open: () => inChunks(blocks, 1000) };
      const seams = { store: await openStore(folder), threads: 1, signal };
      return upperLayer(tarball, { owners: "root" }, seams);
    });
  await expect(upper(tarOfBlocks([{ name: "../../etc/cron.d/x" }]))).rejects.toThrow(
    /x\.tar is not a sound tar/,
  );
  await expect(upper(Buffer.alloc(2000, 1))).rejects.toThrow(/x\.tar is not a sound tar/);
  const twice = await upper(tarOfBlocks([{ name: "a" }, { name: "a" }, { name: ".wh.b" }]));
  expect(twice.warnings).toEqual(["x.tar has /a more than once, which docker, podman and buildah refuse."]);
  const kept = await upper(zstdCompressSync(tarOfBlocks([{ name: "a" }])));
  expect([kept.layer.compression, kept.warnings]).toEqual([
    "zstd",
    [expect.stringMatching(/docker before 23/)],
  ]);
  expect((await upper(Buffer.alloc(1024))).warnings).toEqual(["x.tar holds nothing; its layer is empty."]);
});

/** An image upon a base, each of some layers that hold a file of that name, with lines of their own in the history. */
async function builtUpon(base: readonly string[], own: readonly string[], env: readonly string[] = []) {
  const layers = await Promise.all([...base, ...own].map((name) => layerOf({ [name]: name })));
  return configured(imageOf(layers, { config: { Env: env, Cmd: [own.at(-1) ?? "base"] } }), (config) => {
    const lines = (names: readonly string[]) => [
      ...names.map((name) => ({ created_by: `ADD ${name}` })),
      { created_by: `CMD ${names.at(-1)}`, empty_layer: true },
    ];
    config.history = [...lines(base), ...(own.length > 0 ? lines(own) : [])];
  });
}

test("rebased, the upper layers, their history and the configuration lie upon the new base", async () => {
  const older = { image: await builtUpon(["b1", "b2"], [], ["V=1", "PATH=/bin"]), where: "old" };
  const newer = {
    image: await builtUpon(["n1"], [], ["V=2", "PATH=/bin"]),
    where: "new",
    name: "x.example/n:2",
  };
  const image = await builtUpon(["b1", "b2"], ["app"], ["V=1", "PATH=/bin", "OWN=1"]);
  const rebased = rebaseImage(image, "image", older, newer, {});
  expect(rebased.image.layers).toEqual([...newer.image.layers, image.layers[2]]);
  expect(rebased.image.config.history?.map(({ created_by }) => created_by)).toEqual([
    ...["ADD n1", "CMD n1"],
    ...["ADD app", "CMD app"],
  ]);
  expect(rebased.image.config.config).toEqual(image.config.config);
  expect(rebased.image.annotations).toEqual({
    "org.opencontainers.image.base.digest": newer.image.manifest.digest,
    "org.opencontainers.image.base.name": "x.example/n:2",
  });
  expect(rebased.notes).toEqual([
    "Layers: 2 of the old base out, 1 of the new base in, 1 above them as they were.",
    "The configuration stays, so the environment has V as the old base set it and the new one does not; `tare config` can change that.",
  ]);
  const back = rebaseImage(rebased.image, "rebased", newer, older, {});
  expect(back.image.config.history).toEqual(image.config.history);
  expect(back.image.layers.map(({ digest }) => digest)).toEqual(image.layers.map(({ digest }) => digest));
});

test("a base whose history the image does not repeat is cut off by its layers", async () => {
  const older = { image: imageOf([await layerOf({ b1: "b1" })]), where: "old" };
  const newer = { image: imageOf([await layerOf({ n: "n" })]), where: "new" };
  const image = await builtUpon(["b1"], ["app"]);
  const { image: rebased } = rebaseImage(image, "image", older, newer, {});
  const lines = rebased.config.history?.map(({ created_by }) => created_by);
  expect(lines).toEqual(["layer 0", "ADD app", "CMD app"]);
  const bare = rebaseImage(older.image, "old", older, newer, {}).image;
  expect(bare.config.history).toEqual(newer.image.config.history);
});

test("what is not the base is refused, and so is a base for another platform", async () => {
  const base = { image: await builtUpon(["b1", "b2"], []), where: "old" };
  const rebased = async (image: Promise<Image>, newer: BaseImage = base) =>
    rebaseImage(await image, "image", base, newer, {});
  await expect(rebased(builtUpon(["b1"], []))).rejects.toThrow(
    "image is not built upon old: it has fewer layers (1) than the base (2); name the base that it was built upon.",
  );
  await expect(rebased(builtUpon(["b1", "x"], ["app"]))).rejects.toThrow(
    /^image is not built upon old: layer 2 is sha256:[0-9a-f]{64}, but sha256:[0-9a-f]{64} in the base;/,
  );
  const other = imageOf([await layerOf({ n: "n" })], { platform: arm64 });
  const image = () => builtUpon(["b1", "b2"], ["app"]);
  await expect(rebased(image(), { image: other, where: "new" })).rejects.toThrow(
    "new has no image for linux/amd64; it has linux/arm64.",
  );
  const both = assembleIndex([other, imageOf([await layerOf({ n: "amd" })])]);
  const { layers } = (await rebased(image(), { image: both, where: "new" })).image;
  expect(await treeOf(layers)).toEqual(
    await treeOf([both.images[1]?.layers[0] as never, await layerOf({ app: "app" })]),
  );
});
