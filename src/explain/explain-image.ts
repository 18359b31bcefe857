import { collect } from "../bytes/bytes.ts";
import { documentLimit } from "../formats/oci/json.ts";
import type { Image } from "../model/image.ts";
import { platformName } from "../model/platform.ts";
import { blobFile, plainTar, sumProgram } from "./blob-commands.ts";
import { byHand, withDocker } from "./by-hand.ts";
import { chainIds } from "./chain-ids.ts";
import type { Explanation, Step } from "./explanation.ts";
import { quoted } from "./shell.ts";

/** Where an image lies, for the commands that look at it. */
export interface ImagePlace {
  /** The location, as a user types it. */
  readonly location: string;
  /**
   * Its blobs: in the folder of an image layout, in one archive of that, or in a folder under any names. Undefined where
   * they are no files of their own: then the image is as `tare copy` lays it out.
   */
  readonly blobs?: { readonly path: string; readonly kind: "layout" | "archive" | "folder" };
}

/**
 * Shows an image as what it is: files, their digests, two JSON documents; with the commands of well-known programs that
 * show the same and that make the same image again. All commands together, in order, are one script for bash.
 * @throws what reading its manifest and configuration throws
 */
export async function explainImage(image: Image, place: ImagePlace): Promise<Explanation> {
  const manifest = await collect(image.manifest.open(), documentLimit, "the manifest");
  const configuration = await collect(image.configuration.open(), documentLimit, "the configuration");
  const documents = { manifest, configuration };
  return {
    title: `What ${place.location} is`,
    steps: [
      files(image, place),
      layers(image),
      diffIds(image),
      chain(image),
      settings(image, configuration),
      byHand(image, documents),
      withDocker(image),
    ],
  };
}

function files({ mediaType, manifest, configuration, layers, platform }: Image, place: ImagePlace): Step {
  const all = layers.reduce((sum, { size }) => sum + size, manifest.size + configuration.size);
  return {
    title: "The files",
    words: [
      `An image for ${platformName(platform)}: ${layers.length === 1 ? "one tarball" : `${layers.length} tarballs`} and two JSON documents. Each is a file that is called by its own digest. The manifest names the others, so its digest is the name of the whole; the configuration's digest is what docker calls the image ID.`,
      `The manifest is of the type ${mediaType}.`,
      ...(place.blobs === undefined
        ? ["They do not lie there under these names, so the commands look at a copy that has them."]
        : []),
    ],
    commands: [...reach(place), `cat ${blobFile(manifest)}`],
    rows: {
      columns: ["size", "what", "digest"],
      rows: [
        [manifest.size, "manifest", manifest.digest],
        [configuration.size, "configuration", configuration.digest],
        ...layers.map(({ size, digest }, at) => [size, `layer ${at + 1}`, digest]),
        [all, "together", ""],
      ],
    },
  };
}

/** Makes `$layout` the folder of an image layout, or one with the same blobs. */
function reach({ location, blobs }: ImagePlace): string[] {
  const index = 'cat "$layout/index.json"';
  if (blobs === undefined)
    return ["layout=$(mktemp --directory)/image", `tare copy ${quoted(location)} "oci:$layout"`, index];
  const path = quoted(blobs.path.replace(/^-/, "./-"));
  if (blobs.kind === "layout") return [`layout=${path}`, index];
  const made = "layout=$(mktemp --directory)";
  if (blobs.kind === "archive") return [made, `tar --extract --file ${path} --directory "$layout"`, index];
  return [
    made,
    'mkdir -p "$layout/blobs/sha256"',
    `for file in ${path}/*; do cp "$file" "$layout/blobs/sha256/$(sha256sum <"$file" | cut -d " " -f 1)"; done`,
  ];
}

function layers({ layers }: Image): Step {
  return {
    title: "The layers",
    words: [
      layers.length === 0
        ? "It has none."
        : "Each layer is a tarball, the lowest first. A file of a higher one hides its namesake below; an empty file .wh.NAME takes NAME away.",
    ],
    commands: layers.flatMap((layer) => [
      `${sumProgram(layer.digest)} ${blobFile(layer)}`,
      `${plainTar(layer)} | tar --list --verbose`,
    ]),
    rows: {
      columns: ["size", "layer", "stored"],
      rows: layers.map(({ size, compression }, at) => [
        size,
        `${at + 1}`,
        compression === "none" ? "as it is" : `with ${compression}`,
      ]),
    },
  };
}

function diffIds({ layers }: Image): Step {
  return {
    title: "The diffIDs",
    words: [
      "However a tarball is compressed, its plain bytes have one digest, the diffID. The configuration lists them.",
    ],
    commands: layers.map((layer) => `${plainTar(layer)} | ${sumProgram(layer.diffId)}`),
    rows: { columns: ["layer", "diffID"], rows: layers.map(({ diffId }, at) => [`${at + 1}`, diffId]) },
  };
}

function chain({ layers }: Image): Step {
  const diffIds = layers.map(({ diffId }) => diffId);
  const ids = chainIds(diffIds);
  return {
    title: "The chain",
    words: [
      "Docker and containerd keep a layer under the name of it and all below it, the chain ID: the lowest one's is its diffID, each next is the digest of the chain ID below, a space, and its own diffID.",
    ],
    commands: diffIds.slice(1).map((diffId, below) => `printf '%s %s' ${ids[below]} ${diffId} | sha256sum`),
    rows: { columns: ["layer", "chain ID"], rows: ids.map((id, at) => [`${at + 1}`, id]) },
  };
}

function settings({ configuration, config: { history = [] } }: Image, bytes: Uint8Array): Step {
  const { history: _, rootfs: __, ...shown } = JSON.parse(Buffer.from(bytes).toString("utf8"));
  const told = history.length === 1 ? "one line" : `${history.length} lines`;
  return {
    title: "The configuration",
    words: [
      `What runs, as whom, with which environment. Not shown here: the diffIDs, which stand above, and ${told} of history.`,
    ],
    text: JSON.stringify(shown, null, 2).split("\n"),
    commands: [
      `cat ${blobFile(configuration)}`,
      `${sumProgram(configuration.digest)} ${blobFile(configuration)}`,
    ],
  };
}
