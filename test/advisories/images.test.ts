import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { digestOf, hexOf } from "../../src/bytes/digest.ts";
import { TareError } from "../../src/errors.ts";
import { insideImage } from "../../src/extract/inside.ts";
import { listFiles } from "../../src/extract/look-inside.ts";
import { mediaTypes } from "../../src/formats/oci/media-types.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openImage } from "../../src/images/open.ts";
import type { Image } from "../../src/model/image.ts";
import { imageOf, layerOf } from "../kit/images.ts";
import { tarOfBlocks } from "../kit/tar-blocks.ts";
import { withFolder } from "../kit/temporary.ts";

/** One test per class of advisory against programs that read images; the blobs themselves are what they say. */
type Json = Record<string, unknown>;

/** A layout of a sound image, after its documents were changed; each document's digest is right again. */
async function refusalOf(
  change: { manifest?: (manifest: Json) => Json; index?: (index: Json) => Json },
  mediaType: string = mediaTypes.manifest,
): Promise<string> {
  return withFolder(async (folder) => {
    const image = imageOf([await layerOf({ a: "x" })]);
    const layout = join(folder, "image");
    const blobs = join(layout, "blobs/sha256");
    await mkdir(blobs, { recursive: true });
    for (const blob of [image.configuration, ...image.layers])
      await writeFile(join(blobs, hexOf(blob.digest)), await collect(blob.open(), 1 << 20, "a blob"));
    const sound: Json = JSON.parse((await collect(image.manifest.open(), 1 << 20, "it")).toString());
    const manifest = Buffer.from(JSON.stringify((change.manifest ?? same)(sound)));
    const digest = digestOf(manifest);
    await writeFile(join(blobs, hexOf(digest)), manifest);
    const index = { schemaVersion: 2, manifests: [{ mediaType, digest, size: manifest.length }] };
    await writeFile(join(layout, "index.json"), JSON.stringify((change.index ?? same)(index)));
    await writeFile(join(layout, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    await writeFile(join(folder, "secret"), "secret");
    try {
      const opened = await openImage(parseLocation(`oci:${layout}`));
      return (await listFiles(insideImage(opened as Image, "it"))).map(({ path }) => path).join();
    } catch (cause) {
      if (cause instanceof TareError) return cause.message;
      throw cause;
    }
  });
}

const same = (value: Json): Json => value;

test("the sound one is read", async () => {
  expect(await refusalOf({})).toBe("a");
});

describe("a document that is a manifest and an index at once (CVE-2021-41190)", () => {
  const other = [{ mediaType: mediaTypes.manifest, digest: `sha256:${"0".repeat(64)}`, size: 2 }];

  test("by its members is refused", async () => {
    const both = { manifest: (sound: Json) => ({ ...sound, manifests: other }) };
    expect(await refusalOf(both)).toContain("members of a manifest and of an index");
    expect(await refusalOf(both, mediaTypes.index)).toMatch(
      /members of a manifest and of an index|calls itself/,
    );
    const untyped = (sound: Json) => ({ ...sound, manifests: other, mediaType: undefined });
    expect(await refusalOf({ manifest: untyped }, mediaTypes.index)).toContain("members of a manifest and");
    expect(await refusalOf({ index: (sound) => ({ ...sound, layers: [], config: {} }) })).toContain(
      "members of a manifest and of an index",
    );
  });

  test("by what it calls itself is refused", async () => {
    const renamed = { manifest: (sound: Json) => ({ ...sound, mediaType: mediaTypes.index }) };
    expect(await refusalOf(renamed)).toContain("it calls itself");
    expect(await refusalOf({}, mediaTypes.index)).toContain("it calls itself");
    expect(await refusalOf({}, mediaTypes.dockerManifest)).toContain("it calls itself");
  });
});

describe("a digest that is a path (CVE-2024-3727)", () => {
  const digests = [
    "sha256:../../../secret",
    "../../secret",
    `sha256:${"0".repeat(63)}/`,
    `sha256:${"A".repeat(64)}`,
    `sha256:${"0".repeat(64)}/../../../secret`,
    `sha256:${"0".repeat(64)}\n`,
    "md5:d41d8cd98f00b204e9800998ecf8427e",
    "",
  ];

  test.each(digests)("%j is refused wherever it stands", async (digest) => {
    const wrong = "not a sha256 or sha512 digest";
    const at = (member: unknown) => ({ ...(member as Json), digest });
    const layers = (sound: Json) => ({ ...sound, layers: (sound.layers as Json[]).map(at) });
    expect(await refusalOf({ manifest: layers })).toContain(wrong);
    expect(await refusalOf({ manifest: (sound) => ({ ...sound, config: at(sound.config) }) })).toContain(
      wrong,
    );
    const index = (sound: Json) => ({ ...sound, manifests: (sound.manifests as Json[]).map(at) });
    expect(await refusalOf({ index })).toContain(wrong);
  });
});

test("a docker archive's manifest names files of the archive only, also through its links (CVE-2024-3727's kin)", async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, "secret"), "{}");
    for (const config of ["../secret", `${folder}/secret`, "link", "up", "constructor", "__proto__"]) {
      const manifest = JSON.stringify([{ Config: config, RepoTags: ["x:1"], Layers: [] }]);
      const links = [
        { name: "link", type: "2", link: `${folder}/secret` },
        { name: "up", type: "2", link: "../secret" },
      ];
      const file = join(folder, "image.tar");
      await writeFile(file, tarOfBlocks([{ name: "manifest.json", content: manifest }, ...links]));
      await expect(openImage(parseLocation(`docker-archive:${file}`))).rejects.toThrow(`it has no ${config}`);
    }
  });
});
