import { hexOf } from "../bytes/digest.ts";
import { encodeArchiveManifest, manifestFile } from "../formats/docker-archive/manifest.ts";
import { encodeRepositories, repositoriesFile } from "../formats/docker-archive/repositories.ts";
import { blobPath } from "../formats/oci/layout.ts";
import type { Image } from "../model/image.ts";
import { familiarReference, type Reference } from "../model/reference.ts";
import type { ArchiveFile } from "./archive.ts";
import { blobsOf, descriptorOf } from "./blobs.ts";
import { blobFiles, layoutFiles } from "./layout-files.ts";
import { named } from "./names.ts";

/** An image and the names under which docker shall know it: none, one, or several. */
export interface NamedImage {
  readonly image: Image;
  readonly references: readonly Reference[];
}

/** What `docker load` reads, over blobs that an OCI layout names as well: the archive is an OCI archive, too. */
export function dockerArchiveFiles(images: readonly NamedImage[]): readonly ArchiveFile[] {
  const descriptors = images.flatMap(({ image, references }) => {
    const plain = descriptorOf(image);
    return references.length === 0 ? [plain] : references.map((reference) => named(plain, { reference }));
  });
  const listed = images.map(({ image, references }) => ({
    config: blobPath(image.configuration.digest),
    repoTags: references.map(familiarReference),
    layers: image.layers.map(({ digest }) => blobPath(digest)),
  }));
  const names = images.flatMap(({ image, references }) => {
    const top = image.layers.at(-1);
    if (top === undefined) return [];
    return references.map((reference) => {
      const repository = familiarReference(reference).slice(0, -reference.tag.length - 1);
      return { repository, tag: reference.tag, topLayer: hexOf(top.digest) };
    });
  });
  return [
    ...layoutFiles(descriptors),
    { path: manifestFile, content: encodeArchiveManifest(listed) },
    ...(names.length === 0 ? [] : [{ path: repositoriesFile, content: encodeRepositories(names) }]),
    ...blobFiles(images.flatMap(({ image }) => blobsOf(image))),
  ];
}
