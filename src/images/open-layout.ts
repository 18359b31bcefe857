import { TareError } from "../errors.ts";
import { decodeIndex } from "../formats/oci/image-index.ts";
import { documentLimit } from "../formats/oci/json.ts";
import { blobPath, checkLayoutMarker, indexFile, layoutFile } from "../formats/oci/layout.ts";
import { isIndexType, isManifestType, mediaTypes } from "../formats/oci/media-types.ts";
import type { Descriptor } from "../model/image.ts";
import { familiarReference, isTag } from "../model/reference.ts";
import { completeImage } from "./complete.ts";
import { contentIn, type FileSet, readDocument } from "./file-set.ts";
import { goesBy, nameOf, tagOf } from "./names.ts";
import type { OpenedImage } from "./opened-image.ts";
import { partOfIndex } from "./partial-index.ts";

/**
 * The image of an OCI image layout, or of an archive of one, by its name. @throws BAD_ARCHIVE, NOT_THE_IMAGE
 * @param namedBy what can be typed behind its path: a tag, or docker's reference
 */
export async function openLayout(
  files: FileSet,
  name: string | undefined,
  namedBy: "tag" | "reference" = "tag",
): Promise<OpenedImage> {
  const format = "OCI image layout";
  checkLayoutMarker(await readDocument(files, layoutFile, documentLimit, format), files.where);
  const bytes = await readDocument(files, indexFile, documentLimit, format);
  const { manifests } = decodeIndex(bytes, mediaTypes.index, `${files.where}: ${indexFile}`);
  const [descriptor, ...others] = choose(manifests, name, files.where, namedBy);
  const part = await partOfIndex(files, descriptor);
  const image = await completeImage(
    part?.only ?? descriptor,
    (wanted) => contentIn(files, blobPath(wanted.digest), wanted),
    files.where,
  );
  const names = [descriptor, ...others].map(nameOf).filter((one) => one !== undefined);
  return { image, names, manifestMade: false, ...(part && { missing: part.missing }) };
}

/** One image may stand there under several names. */
function choose(
  manifests: readonly Descriptor[],
  name: string | undefined,
  where: string,
  namedBy: "tag" | "reference",
): readonly [Descriptor, ...Descriptor[]] {
  const images = manifests.filter(
    ({ mediaType, artifactType }) =>
      artifactType === undefined && (isManifestType(mediaType) || isIndexType(mediaType)),
  );
  const wanted = name === undefined ? images : images.filter((image) => goesBy(image, name));
  const [first, ...others] = wanted;
  if (first !== undefined && others.every(({ digest }) => digest === first.digest)) return [first, ...others];
  const have = images.flatMap((image) => {
    const tag = tagOf(image);
    const { reference } = nameOf(image) ?? {};
    if (namedBy === "tag") return tag !== undefined && isTag(tag) ? [tag] : [];
    return reference === undefined ? [] : [familiarReference(reference)];
  });
  throw new TareError({ code: "NOT_THE_IMAGE", where, want: name, have: [...new Set(have)] });
}
