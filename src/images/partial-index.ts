import { decodeIndex } from "../formats/oci/image-index.ts";
import { documentLimit } from "../formats/oci/json.ts";
import { blobPath } from "../formats/oci/layout.ts";
import { isIndexType } from "../formats/oci/media-types.ts";
import type { Descriptor } from "../model/image.ts";
import { platformName } from "../model/platform.ts";
import { isAttachment } from "./complete.ts";
import { type FileSet, readDocument } from "./file-set.ts";

/** The one image that is there of an index, and the platforms that are not. */
export interface PartOfIndex {
  readonly only: Descriptor;
  readonly missing: readonly string[];
}

/**
 * Docker (with containerd's store) and containerd save an index whole, but only those of its images that they have: the
 * index stands for nothing then, and the one image that is there is what was saved. Undefined when all images are there,
 * and when there is no saying which one is meant.
 * @throws BAD_ARCHIVE
 */
export async function partOfIndex(files: FileSet, descriptor: Descriptor): Promise<PartOfIndex | undefined> {
  const { mediaType, digest } = descriptor;
  if (!isIndexType(mediaType)) return undefined;
  const bytes = await readDocument(files, blobPath(digest), documentLimit, "OCI image layout");
  const images = decodeIndex(bytes, mediaType, `${files.where}: ${digest}`).manifests.filter(
    (manifest) => !isAttachment(manifest),
  );
  const present: Descriptor[] = [];
  const missing: string[] = [];
  for (const image of images)
    if ((await files.find(blobPath(image.digest))) !== undefined) present.push(image);
    else missing.push(image.platform === undefined ? image.digest : platformName(image.platform));
  const [only, ...others] = present;
  return only === undefined || others.length > 0 || missing.length === 0 ? undefined : { only, missing };
}
