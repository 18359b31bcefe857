import { decompress } from "../bytes/compression/compression.ts";
import { type Digest, verified } from "../bytes/digest.ts";
import { type Compressor, compressed, quickLevels } from "../layers/compressor.ts";
import type { Compression, Image, ImageIndex, Layer } from "../model/image.ts";
import type { Store } from "../model/seams.ts";
import { eachImage, withLayers } from "./oci-manifest.ts";

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
export async function recompress(
  whole: Image | ImageIndex,
  { format, level }: Recompression,
  seams: RecompressSeams,
): Promise<Image | ImageIndex> {
  const compressor = { format, level: level ?? quickLevels[format] };
  const stays = ({ compression }: Layer) => level === undefined && compression === format;
  return eachImage(whole, async (image) => {
    if (image.layers.every(stays)) return image;
    const layers: Layer[] = [];
    for (const layer of image.layers)
      layers.push(stays(layer) ? layer : await recompressLayer(layer, compressor, seams));
    return withLayers(image, layers);
  });
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
