import { algorithmOf, type Digest } from "../bytes/digest.ts";
import { encodeArchiveManifest, manifestFile } from "../formats/docker-archive/manifest.ts";
import { encodeIndex } from "../formats/oci/image-index.ts";
import {
  blobPath,
  imageNameAnnotation,
  indexFile,
  layoutFile,
  layoutMarker,
  refNameAnnotation,
} from "../formats/oci/layout.ts";
import { mediaTypes } from "../formats/oci/media-types.ts";
import type { Image } from "../model/image.ts";
import { platformName } from "../model/platform.ts";
import { blobFile, plainTar } from "./blob-commands.ts";
import type { Step } from "./explanation.ts";
import { printed, quoted } from "./shell.ts";

/** What the image that is made by hand is called. */
const name = { reference: "docker.io/library/by-hand:latest", familiar: "by-hand:latest", tag: "latest" };

/** The same image out of its layers and two documents, byte for byte. */
export function byHand(
  image: Image,
  documents: { readonly manifest: Uint8Array; readonly configuration: Uint8Array },
): Step {
  const { mediaType, manifest, configuration, layers } = image;
  const index = encodeIndex({
    mediaType: mediaTypes.index,
    manifests: [
      {
        mediaType,
        digest: manifest.digest,
        size: manifest.size,
        annotations: { [imageNameAnnotation]: name.reference, [refNameAnnotation]: name.tag },
      },
    ],
    annotations: {},
  });
  const archive = encodeArchiveManifest([
    {
      config: blobPath(configuration.digest),
      repoTags: [name.familiar],
      layers: layers.map(({ digest }) => blobPath(digest)),
    },
  ]);
  const into = (file: string) => `>"$made/${file}"`;
  return {
    title: "The same image by hand",
    words: [
      `Files that are called by their digests, and three small ones that say where to begin: ${layoutFile} and ${indexFile} for those who know OCI, ${manifestFile} for docker load. The documents are written byte for byte, so all digests come out the same.`,
      ...(mediaType === mediaTypes.manifest
        ? []
        : [
            "Readers of OCI layouts do not look for a manifest of Docker's kind, as this one is; docker does.",
          ]),
    ],
    commands: [
      "made=$(mktemp --directory)",
      'keep() { mkdir -p "$made/blobs/$1"; mv -f "$made/new" "$made/blobs/$1/$("$1sum" <"$made/new" | cut -d " " -f 1)"; }',
      ...layers.flatMap((layer) => [`cp ${blobFile(layer)} "$made/new"`, keep(layer.digest)]),
      `${printed(documents.configuration)} ${into("new")}`,
      keep(configuration.digest),
      `${printed(documents.manifest)} ${into("new")}`,
      keep(manifest.digest),
      `${printed(layoutMarker)} ${into(layoutFile)}`,
      `${printed(index)} ${into(indexFile)}`,
      `${printed(archive)} ${into(manifestFile)}`,
      'tar --create --file "$made.tar" --directory "$made" blobs oci-layout index.json manifest.json',
    ],
  };
}

function keep(digest: Digest): string {
  return `keep ${algorithmOf(digest)}`;
}

/** What docker makes of it. */
export function withDocker({ layers, platform }: Image): Step {
  const [only, ...others] = layers;
  const importing = only !== undefined && others.length === 0;
  const shown = "docker image inspect --format '{{json .RootFS.Layers}}'";
  return {
    title: "With docker",
    words: [
      "docker load takes the archive as it is, and shows the diffIDs.",
      ...(importing
        ? [
            "docker import takes the tarball alone: an image of the same diffID, but with a configuration of its own, and so of another image ID.",
          ]
        : []),
    ],
    commands: [
      'docker load --input "$made.tar"',
      `${shown} ${name.familiar}`,
      ...(importing
        ? [
            `${plainTar(only)} | docker import --platform ${quoted(platformName(platform))} - imported:latest`,
            `${shown} imported:latest`,
          ]
        : []),
    ],
  };
}
