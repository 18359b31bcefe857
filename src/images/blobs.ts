import { TareError } from "../errors.ts";
import type { Content } from "../model/content.ts";
import type { Descriptor, Image, ImageIndex } from "../model/image.ts";
import { platformName } from "../model/platform.ts";

export function isIndex(image: Image | ImageIndex): image is ImageIndex {
  return "index" in image;
}

/** What `index.json` says of an image, or of an index of images. */
export function descriptorOf(image: Image | ImageIndex): Descriptor {
  const { digest, size } = isIndex(image) ? image.index : image.manifest;
  return { mediaType: image.mediaType, digest, size };
}

/** Everything that a place must hold for the image to be whole, each once: manifests first, then config and layers. */
export function blobsOf(image: Image | ImageIndex): readonly Content[] {
  const blobs = isIndex(image)
    ? [image.index, ...image.images.flatMap(ownBlobs), ...(image.attachments ?? [])]
    : ownBlobs(image);
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}

function ownBlobs(image: Image): readonly Content[] {
  return [image.manifest, image.configuration, ...image.layers];
}

/** The image itself, or the only one of an index. @throws SEVERAL_PLATFORMS */
export function singleImage(image: Image | ImageIndex, where: string): Image {
  if (!isIndex(image)) return image;
  const [first, ...others] = image.images;
  if (first !== undefined && others.length === 0) return first;
  const platforms = image.images.map(({ platform }) => platformName(platform));
  throw new TareError({ code: "SEVERAL_PLATFORMS", where, platforms });
}
