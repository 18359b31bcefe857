import { collect } from "../bytes/bytes.ts";
import { decodeIndex } from "../formats/oci/image-index.ts";
import { documentLimit } from "../formats/oci/json.ts";
import { mediaTypes } from "../formats/oci/media-types.ts";
import type { Image, ImageIndex, Layer } from "../model/image.ts";
import { assembleIndex, manifestOver } from "./assemble.ts";
import { isIndex } from "./blobs.ts";

/** The same configuration, byte for byte, and the same diffIDs over these layers, under a new OCI manifest. */
export function withLayers(image: Image, layers: readonly Layer[]): Image {
  const manifest = manifestOver(image.configuration, layers, image.annotations);
  return { ...image, mediaType: mediaTypes.manifest, manifest, layers };
}

/**
 * What `change` makes of an image, or of each image of an index; the very same value when it changes none. A new index
 * leaves behind what was attached to the old one, since that speaks of digests that are no more.
 */
export async function eachImage(
  whole: Image | ImageIndex,
  change: (image: Image) => Image | Promise<Image>,
): Promise<Image | ImageIndex> {
  if (!isIndex(whole)) return change(whole);
  const images: Image[] = [];
  for (const image of whole.images) images.push(await change(image));
  if (images.every((image, at) => image === whole.images[at])) return whole;
  const bytes = await collect(whole.index.open(), documentLimit, whole.index.digest);
  return assembleIndex(images, decodeIndex(bytes, whole.mediaType, whole.index.digest).annotations);
}

/** An image, or a list of images, of Docker's kind (manifest version 2, schema 2) as OCI's; OCI's stays as it is. */
export async function asOci(whole: Image | ImageIndex): Promise<Image | ImageIndex> {
  const { mediaType } = whole;
  if (mediaType !== mediaTypes.dockerManifest && mediaType !== mediaTypes.dockerManifestList) return whole;
  return eachImage(whole, (image) => withLayers(image, image.layers));
}
