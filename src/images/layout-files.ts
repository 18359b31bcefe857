import { encodeIndex } from "../formats/oci/image-index.ts";
import { blobPath, indexFile, layoutFile, layoutMarker } from "../formats/oci/layout.ts";
import { mediaTypes } from "../formats/oci/media-types.ts";
import type { Content } from "../model/content.ts";
import type { Descriptor } from "../model/image.ts";
import type { ArchiveFile } from "./archive.ts";

/** The small files of an OCI image layout, which stand first: a reader of a stream knows at once what it has. */
export function layoutFiles(manifests: readonly Descriptor[]): readonly ArchiveFile[] {
  const index = encodeIndex({ mediaType: mediaTypes.index, manifests, annotations: {} });
  return [
    { path: layoutFile, content: layoutMarker },
    { path: indexFile, content: index },
  ];
}

/** Blobs where a layout has them, each once. */
export function blobFiles(blobs: readonly Content[]): readonly ArchiveFile[] {
  const files = blobs.map((content): [string, ArchiveFile] => {
    const path = blobPath(content.digest);
    return [path, { path, content }];
  });
  return [...new Map(files).values()];
}
