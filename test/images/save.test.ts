import { createHash } from "node:crypto";
import { chmod, chown, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { digestOf } from "../../src/bytes/digest.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import { assembleIndex } from "../../src/images/assemble.ts";
import { parseLocation } from "../../src/images/location.ts";
import { type SaveOptions, saveImage } from "../../src/images/save.ts";
import type { Image, ImageIndex, Layer } from "../../src/model/image.ts";
import { arm64, imageOf, layerOf } from "../kit/images.ts";
import { withFolder } from "../kit/temporary.ts";

const smallImage = async () => imageOf([await layerOf({ a: "1", b: "2" }), await layerOf({ ".wh.a": "" })]);

function save(image: Image | ImageIndex, text: string, options?: SaveOptions) {
  return saveImage(image, parseLocation(text), options);
}

async function tarNames(file: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { path } of readTar([await readFile(file)], file)) names.push(path);
  return names;
}

async function filesUnder(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(folder.length + 1))
    .sort();
}

const blob = ({ digest }: { digest: string }) => `blobs/${digest.replace(":", "/")}`;

test("a docker archive is an OCI archive as well, small files first", () =>
  withFolder(async (folder) => {
    const image = await smallImage();
    const file = join(folder, "x.tar");
    const saved = await save(image, `docker-archive:${file}`, { name: "shout:1" });
    expect(await tarNames(file)).toEqual([
      "oci-layout",
      "index.json",
      "manifest.json",
      "repositories",
      "blobs",
      "blobs/sha256",
      ...[image.manifest, image.configuration, ...image.layers].map(blob),
    ]);
    expect(saved).toEqual({
      digest: image.manifest.digest,
      bytes: (await readFile(file)).byteLength,
      path: file,
    });
    expect(await readdir(folder)).toEqual(["x.tar"]);
  }));

test("the same image gives the same archive, wherever and whenever", () =>
  withFolder(async (folder) => {
    const digests: string[] = [];
    for (const name of ["a.tar", "b.tar"]) {
      await save(await smallImage(), `docker-archive:${join(folder, name)}:x:1`);
      digests.push(digestOf(await readFile(join(folder, name))));
    }
    expect(digests[0]).toBe(digests[1]);
  }));

test("an OCI archive holds an index of several platforms, each blob once", () =>
  withFolder(async (folder) => {
    const layer = await layerOf({ a: "1" });
    const images = [imageOf([layer, layer]), imageOf([layer], { platform: arm64 })];
    const index = assembleIndex(images);
    const file = join(folder, "x.tar");
    const saved = await save(index, `oci-archive:${file}:1`);
    expect(saved.digest).toBe(index.index.digest);
    const [first, second] = images as [Image, Image];
    const own = [index.index, first.manifest, first.configuration, layer];
    const names = ["oci-layout", "index.json", "blobs", "blobs/sha256"];
    expect(await tarNames(file)).toEqual([
      ...names,
      ...[...own, second.manifest, second.configuration].map(blob),
    ]);
  }));

test.each(["docker-archive", "tar"])("%s: refuses an index of several platforms", (transport) =>
  withFolder(async (folder) => {
    const layer = await layerOf({ a: "1" });
    const index = assembleIndex([imageOf([layer]), imageOf([layer], { platform: arm64 })]);
    await expect(save(index, `${transport}:${join(folder, "x")}`)).rejects.toThrow(
      "holds one platform only, and this image has linux/amd64, linux/arm64",
    );
    expect(await readdir(folder)).toEqual([]);
    // An index of one is as good as its image.
    await save(assembleIndex([imageOf([layer])]), `${transport}:${join(folder, "x")}`);
  }),
);

test("tar: is the flattened root filesystem, and says its digest", () =>
  withFolder(async (folder) => {
    const file = join(folder, "root.tar");
    const saved = await save(await smallImage(), `tar:${file}`);
    const bytes = await readFile(file);
    expect(saved).toEqual({ digest: digestOf(bytes), bytes: bytes.byteLength, path: file });
    expect(await tarNames(file)).toEqual(["b"]);
  }));

test("- is the standard output", async () => {
  const hash = createHash("sha256");
  const stdout = new Writable({
    write(chunk, _, done) {
      hash.update(chunk);
      done();
    },
  });
  const saved = await save(await smallImage(), "tar:-", { stdout });
  expect(saved.digest).toBe(`sha256:${hash.digest("hex")}`);
});

test("a pipe that closes ends the writing", async () => {
  const stdout = new Writable({
    write(_chunk, _encoding, done) {
      done(new Error("closed"));
    },
  });
  await expect(save(await smallImage(), "oci-archive:-", { stdout })).rejects.toThrow("closed");
  await expect(save(await smallImage(), "tar:-")).rejects.toThrow("there is no output to write to");
});

test("a layout keeps its other tags, moves the same tag, and writes only what is missing", () =>
  withFolder(async (parent) => {
    const folder = join(parent, "deep/layout");
    const shared = await layerOf({ a: "1" });
    const first = imageOf([shared]);
    const second = imageOf([shared, await layerOf({ b: "1" })]);
    const tags = async () => {
      const { manifests } = JSON.parse(await readFile(join(folder, "index.json"), "utf8"));
      return manifests.map((one: { digest: string; annotations?: Record<string, string> }) => [
        one.annotations?.["org.opencontainers.image.ref.name"],
        one.digest,
      ]);
    };
    const saved = await save(first, `oci:${folder}:1`);
    expect(await filesUnder(folder)).toEqual(
      [...[first.manifest, first.configuration, shared].map(blob), "index.json", "oci-layout"].sort(),
    );
    expect((await save(first, `oci:${folder}:1`)).bytes).toBe(0);
    expect((await save(second, `oci:${folder}:2`)).bytes).toBeLessThan(saved.bytes + second.manifest.size);
    await save(first, `oci:${folder}`);
    await save(second, `oci:${folder}`);
    await save(second, `oci:${folder}:1`);
    expect(await tags()).toEqual([
      ["2", second.manifest.digest],
      [undefined, second.manifest.digest],
      ["1", second.manifest.digest],
    ]);
  }));

test("a blob of the wrong size is written again", () =>
  withFolder(async (folder) => {
    const image = await smallImage();
    await save(image, `oci:${folder}/x`);
    const file = join(folder, "x", blob(image.layers[0] as Layer));
    await writeFile(file, "half");
    await save(image, `oci:${folder}/x`);
    expect(digestOf(await readFile(file))).toBe(image.layers[0]?.digest);
  }));

test("many writers of one layout all find their tags in it", () =>
  withFolder(async (folder) => {
    const image = await smallImage();
    const tags = Array.from({ length: 8 }, (_, at) => `t${at}`);
    await Promise.all(tags.map((tag) => save(image, `oci:${folder}/x:${tag}`)));
    const { manifests } = JSON.parse(await readFile(join(folder, "x/index.json"), "utf8"));
    expect(manifests).toHaveLength(8);
    expect((await filesUnder(folder)).filter((name) => /part|lock/.test(name))).toEqual([]);
  }));

test("dir: is a folder of hex names, and forgets the image that was there", () =>
  withFolder(async (parent) => {
    const folder = join(parent, "x");
    await save(await smallImage(), `dir:${folder}`);
    const image = imageOf([await layerOf({ c: "3" })]);
    await save(image, `dir:${folder}`);
    const hex = [image.configuration, ...image.layers].map(({ digest }) => digest.slice(7));
    expect(await filesUnder(folder)).toEqual([...hex, "manifest.json", "version"].sort());
    expect(digestOf(await readFile(join(folder, "manifest.json")))).toBe(image.manifest.digest);
  }));

test.each(["oci", "dir"])("%s: leaves a folder of other things alone", (transport) =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "letter"), "dear");
    await expect(save(await smallImage(), `${transport}:${folder}`)).rejects.toThrow(
      "other things in it (letter)",
    );
    expect(await readdir(folder)).toEqual(["letter"]);
  }),
);

const dirVersion = "Directory Transport Version: 1.1\n";

test.each([
  ["version", "1.2.3\n", "{}"],
  ["version", "x".repeat(2000), `{"schemaVersion":2}`],
  ["manifest.json", dirVersion, `{"name":"an extension","version":"1.0"}`],
  ["manifest.json", dirVersion, "null"],
  ["manifest.json", dirVersion, "no JSON"],
])("dir: takes no project's folder for an image because of its %s", (stranger, version, manifest) =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "version"), version);
    await writeFile(join(folder, "manifest.json"), manifest);
    await expect(save(await smallImage(), `dir:${folder}`)).rejects.toThrow(
      `other things in it (${stranger})`,
    );
    expect(await readFile(join(folder, "manifest.json"), "utf8")).toBe(manifest);
    expect(await readdir(folder)).toEqual(["manifest.json", "version"]);
  }),
);

test("dir: goes on where only the version was written", () =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "version"), dirVersion);
    await save(await smallImage(), `dir:${folder}`);
    expect(await readdir(folder)).toContain("manifest.json");
  }));

const broken = async (): Promise<Image> => {
  const layer = await layerOf({ a: "1" });
  return imageOf([
    {
      ...layer,
      async *open() {
        yield Buffer.alloc(layer.size);
      },
    },
  ]);
};

test.each(["oci", "oci-archive", "docker-archive", "dir"])(
  "%s: keeps nothing of content that is not what its digest says",
  (transport) =>
    withFolder(async (folder) => {
      const image = await broken();
      await expect(save(image, `${transport}:${folder}/x`)).rejects.toMatchObject({
        code: "DIGEST_MISMATCH",
      });
      expect(await readdir(folder)).toEqual([]);
    }),
);

test.each(["oci", "dir"])("%s: keeps the image that is there, and nothing of one that fails", (transport) =>
  withFolder(async (parent) => {
    const folder = join(parent, "x");
    const first = await smallImage();
    await save(first, `${transport}:${folder}`);
    const before = await filesUnder(folder);
    const { layers } = await broken();
    const next = imageOf([first.layers[0] as Layer, await layerOf({ next: "1" }), ...layers]);
    await expect(save(next, `${transport}:${folder}`)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    expect(await filesUnder(folder)).toEqual(before);
  }),
);

test("who fails takes nothing from another writer of the same layout", () =>
  withFolder(async (parent) => {
    const folder = join(parent, "x");
    const shared = await layerOf({ shared: "1" });
    const { layers } = await broken();
    const other = imageOf([shared]);
    const [late] = layers as [Layer];
    const failing = imageOf([
      shared,
      {
        ...late,
        async *open() {
          await save(other, `oci:${folder}:other`);
          yield* late.open();
        },
      },
    ]);
    await expect(save(failing, `oci:${folder}:failing`)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    expect(await filesUnder(folder)).toEqual(
      expect.arrayContaining([other.manifest, other.configuration, shared].map(blob)),
    );
  }));

test("nor may it, while the other has not named what it has: that is written again", () =>
  withFolder(async (parent) => {
    const folder = join(parent, "x");
    const shared = await layerOf({ shared: "1" });
    const own = await layerOf({ own: "1" });
    const { layers } = await broken();
    const hurdle = Promise.withResolvers<void>();
    const failing = async () => {
      const held = { ...(layers[0] as Layer) };
      const image = imageOf([shared, { ...held, open: () => afterwards(hurdle.promise, held.open()) }]);
      await expect(save(image, `oci:${folder}`)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    };
    const first = failing();
    const other = imageOf([
      shared,
      {
        ...own,
        async *open() {
          hurdle.resolve();
          await first;
          yield* own.open();
        },
      },
    ]);
    while (!(await filesUnder(parent)).includes(join("x", blob(shared)))) await setTimeout(5);
    await save(other, `oci:${folder}`);
    expect(await filesUnder(folder)).toEqual(
      [...[other.manifest, other.configuration, shared, own].map(blob), "index.json", "oci-layout"].sort(),
    );
  }));

async function* afterwards(promise: Promise<void>, bytes: AsyncIterable<Uint8Array>) {
  await promise;
  yield* bytes;
}

test("a failed write leaves the file that was there", () =>
  withFolder(async (folder) => {
    const file = join(folder, "x.tar");
    await writeFile(file, "before");
    await expect(save(await broken(), `docker-archive:${file}`)).rejects.toThrow();
    expect(await readFile(file, "utf8")).toBe("before");
    expect(await readdir(folder)).toEqual(["x.tar"]);
  }));

test("an abort leaves nothing", () =>
  withFolder(async (folder) => {
    const controller = new AbortController();
    const layer = await layerOf({ a: "1" });
    const image = imageOf([
      {
        ...layer,
        async *open() {
          controller.abort();
          yield* layer.open();
        },
      },
    ]);
    const { signal } = controller;
    await expect(save(image, `oci-archive:${folder}/x.tar`, { signal })).rejects.toThrow("aborted");
    expect(await readdir(folder)).toEqual([]);
  }));

test("a link is followed, not replaced", () =>
  withFolder(async (folder) => {
    await mkdir(join(folder, "real"));
    await writeFile(join(folder, "real/x.tar"), "");
    await symlink("real/x.tar", join(folder, "x.tar"));
    await save(await smallImage(), `tar:${folder}/x.tar`);
    expect((await readFile(join(folder, "real/x.tar"))).byteLength).toBeGreaterThan(1000);
  }));

test("a link to what is not there yet is followed as well", () =>
  withFolder(async (folder) => {
    await mkdir(join(folder, "real"));
    await symlink("real/x.tar", join(folder, "x.tar"));
    await save(await smallImage(), `tar:${folder}/x.tar`);
    expect(await readlink(join(folder, "x.tar"))).toBe("real/x.tar");
    expect(await readdir(join(folder, "real"))).toEqual(["x.tar"]);
  }));

test("a file that is replaced passes its mode on, and its owner where we may give files away", () =>
  withFolder(async (folder) => {
    const file = join(folder, "x.tar");
    await writeFile(file, "");
    await chmod(file, 0o640);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) await chown(file, 70_000, 70_001);
    const before = await stat(file);
    await save(await smallImage(), `tar:${file}`);
    const { mode, uid, gid, size } = await stat(file);
    expect({ mode, uid, gid }).toEqual({ mode: before.mode, uid: before.uid, gid: before.gid });
    expect(size).toBeGreaterThan(1000);
  }));

test("a missing folder, a folder in the way and a file in the way have a sentence", () =>
  withFolder(async (folder) => {
    const image = await smallImage();
    await expect(save(image, `tar:${folder}/no/x.tar`)).rejects.toMatchObject({ code: "CANNOT_WRITE" });
    await expect(save(image, `tar:${folder}`)).rejects.toMatchObject({ code: "CANNOT_WRITE" });
    await writeFile(join(folder, "file"), "");
    for (const place of [`oci:${folder}/file`, `dir:${folder}/file`, `oci:${folder}/file/below`])
      await expect(save(image, place)).rejects.toMatchObject({ code: "CANNOT_WRITE" });
    expect(await readdir(folder)).toEqual(["file"]);
  }));

test("a full disk has a sentence", async () => {
  await expect(save(await smallImage(), "tar:/dev/full")).rejects.toMatchObject({ code: "DISK_FULL" });
});

test("content of our own store is copied as its files are, in order", () =>
  withFolder(async (folder) => {
    const layer = await layerOf({ a: "1" }, "none");
    const [whole] = (await Array.fromAsync(layer.open())) as [Uint8Array];
    await writeFile(join(folder, "1"), whole.subarray(0, 700));
    await writeFile(join(folder, "2"), whole.subarray(700));
    const stored = (files: readonly string[]) => imageOf([{ ...layer, files } as Layer]);
    const plain = imageOf([layer]);
    await save(plain, `oci-archive:${folder}/plain.tar`);
    await save(stored([join(folder, "1"), join(folder, "2")]), `oci-archive:${folder}/stored.tar`);
    expect(await readFile(join(folder, "stored.tar"))).toEqual(await readFile(join(folder, "plain.tar")));
    await writeFile(join(folder, "whole"), whole);
    await save(stored([join(folder, "whole")]), `oci:${folder}/layout`);
    expect(digestOf(await readFile(join(folder, "layout", blob(layer))))).toBe(layer.digest);
    for (const form of ["oci", "oci-archive"])
      await expect(save(stored([join(folder, "1")]), `${form}:${folder}/short`)).rejects.toMatchObject({
        code: "TRUNCATED",
      });
  }));
