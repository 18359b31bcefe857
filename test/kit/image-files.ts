import { join } from "node:path";
import { collect } from "../../src/bytes/bytes.ts";
import { decompress } from "../../src/bytes/compression/compression.ts";
import { verified } from "../../src/bytes/digest.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import { openImage } from "../../src/images/open.ts";
import type { Image, Layer } from "../../src/model/image.ts";
import { platformName } from "../../src/model/platform.ts";

/** What a written image holds, read back from its bytes. */
export interface ImageFiles {
  /** Each layer's files and links by path, in their order: `0644 text`, `-> text`. */
  readonly layers: readonly ReadonlyMap<string, string>[];
  /** All layers together. */
  readonly files: ReadonlyMap<string, string>;
  readonly config: Image["config"];
}

/** Reads the image of an `oci:` layout; every layer is held to its digest and its diffID. */
export async function filesOfImage(
  folder: string,
  name = "image",
  platform = "linux/amd64",
): Promise<ImageFiles> {
  const opened = await openImage({ transport: "oci", path: join(folder, name) });
  const images = "images" in opened ? opened.images : [opened];
  const image = images.find((one) => platformName(one.platform) === platform);
  if (image === undefined) throw new Error(`there is no image for ${platform}`);
  const layers = await Promise.all(image.layers.map(filesOfLayer));
  return { layers, files: new Map(layers.flatMap((layer) => [...layer])), config: image.config };
}

async function filesOfLayer(layer: Layer): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const plain = verified(decompress(layer.open(), "the layer"), { digest: layer.diffId }, "its tar");
  for await (const { path, type, mode, link, content } of readTar(plain, "the layer")) {
    if (type === "directory") continue;
    if (files.has(path)) throw new Error(`${path} stands twice in a layer`);
    const bytes =
      content instanceof Uint8Array ? Buffer.from(content) : await collect(content, 1 << 26, path);
    const text = `${mode.toString(8).padStart(4, "0")} ${bytes.toString("latin1")}`;
    files.set(path, type === "symlink" ? `-> ${link}` : text);
  }
  return files;
}
