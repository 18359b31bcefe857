import { collect } from "../bytes/bytes.ts";
import { decompress } from "../bytes/compression/compression.ts";
import { type Digest, digestOf, verified } from "../bytes/digest.ts";
import { decodeIndex } from "../formats/oci/image-index.ts";
import { documentLimit } from "../formats/oci/json.ts";
import { encodeManifest } from "../formats/oci/manifest.ts";
import { layerMediaType, mediaTypes } from "../formats/oci/media-types.ts";
import { type Compressor, compressed, defaultLevels } from "../layers/compressor.ts";
import { contentOf } from "../model/content.ts";
import type { Compression, Image, ImageIndex, Layer } from "../model/image.ts";
import type { Store } from "../model/seams.ts";
import { assembleIndex } from "./assemble.ts";
import { isIndex } from "./blobs.ts";

/** How layers shall be compressed; without a level, one that is of that format already stays as it is. */
export interface Recompression {
  readonly format: Compression;
  readonly level?: number;
}

/** Where compressed layers are kept, and how many blocks are compressed at once. */
export interface RecompressSeams {
  readonly store: Store;
  readonly threads: number;
  readonly signal?: AbortSignal;
}

/**
 * The same image over layers that are stored in another way: configuration and diffIDs stay, byte for byte, and the
 * manifest is a new OCI one. An image that has nothing to change is returned as it is. Of an index, what is attached
 * stays behind, since it speaks of digests that are no more.
 * @throws DIGEST_MISMATCH, BAD_ARCHIVE, DISK_FULL
 */
export async function recompress<Whole extends Image | ImageIndex>(
  image: Whole,
  how: Recompression,
  seams: RecompressSeams,
): Promise<Image | ImageIndex> {
  if (!isIndex(image)) return recompressOne(image, how, seams);
  const images: Image[] = [];
  for (const one of image.images) images.push(await recompressOne(one, how, seams));
  if (images.every((one, at) => one === image.images[at])) return image;
  const bytes = await collect(image.index.open(), documentLimit, image.index.digest);
  return assembleIndex(images, decodeIndex(bytes, image.mediaType, image.index.digest).annotations);
}

async function recompressOne(image: Image, how: Recompression, seams: RecompressSeams): Promise<Image> {
  const { format, level } = how;
  if (level === undefined && image.layers.every(({ compression }) => compression === format)) return image;
  const layers: Layer[] = [];
  for (const layer of image.layers)
    if (level === undefined && layer.compression === format) layers.push(layer);
    else layers.push(await recompressLayer(layer, { format, level: level ?? defaultLevels[format] }, seams));
  const { configuration, annotations } = image;
  const manifest = encodeManifest({
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: configuration.digest, size: configuration.size },
    layers: layers.map(({ compression, digest, size }) => ({
      mediaType: layerMediaType(compression),
      digest,
      size,
    })),
    annotations,
  });
  return {
    ...image,
    mediaType: mediaTypes.manifest,
    manifest: contentOf(manifest, digestOf(manifest)),
    layers,
  };
}

async function recompressLayer(layer: Layer, compressor: Compressor, seams: RecompressSeams): Promise<Layer> {
  const { store, threads, signal } = seams;
  const { diffId } = layer;
  const kept = (content: Awaited<ReturnType<Store["add"]>>): Layer => ({
    ...content,
    compression: compressor.format,
    diffId,
    uncompressedSize: compressor.format === "none" ? content.size : layer.uncompressedSize,
  });
  const key = JSON.stringify([diffId, compressor]);
  const known = await store.recall("recompressed", key);
  const before = known === undefined ? undefined : await store.find(known.toString() as Digest);
  if (before !== undefined) return kept(before);
  const where = `layer ${layer.digest}`;
  const plain = verified(decompress(layer.open(signal), where), { digest: diffId }, `the tar of ${where}`);
  const content = await store.add(compressed(plain, compressor, threads), where, signal);
  await store.remember("recompressed", key, Buffer.from(content.digest));
  return kept(content);
}
