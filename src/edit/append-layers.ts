import { basename } from "node:path";
import type { Edited } from "../images/copy-source.ts";
import type { Image, Layer } from "../model/image.ts";
import { timesOf } from "./advice.ts";
import { createdOf, type EditOptions, editedImage, historyOf } from "./edited-image.ts";
import type { FoundFolder } from "./find-tarball.ts";
import { type FolderLayerOptions, folderLayer } from "./folder-layer.ts";
import { portableLayer } from "./portable-layer.ts";
import type { EditSeams } from "./seal-tar.ts";
import { keptZstd, type Tarball } from "./tarball-layer.ts";

/** A layer that is to lie upon others. */
export interface UpperLayer {
  /** What it came from, as the history tells it: a file's or folder's own name, since where it lay must not matter. */
  readonly origin: string;
  readonly layer: Layer;
  /** Sentences for whoever gave it. */
  readonly warnings: readonly string[];
}

/**
 * A tarball, byte for byte, or a folder as a layer for any image. Names that begin with `.wh.` are whiteouts: they hide
 * what lies below.
 * @throws BAD_ARCHIVE, TRUNCATED, UNREADABLE, what the source throws, DISK_FULL
 */
export async function upperLayer(
  found: Tarball | FoundFolder,
  options: Omit<FolderLayerOptions, "normalise">,
  seams: EditSeams,
): Promise<UpperLayer> {
  if ("folder" in found) {
    const { layer, warnings } = await folderLayer(found.folder, { ...options, normalise: false }, seams);
    return { origin: basename(found.folder), layer, warnings };
  }
  const { layer, survey, changes } = await portableLayer(found, options.compression, seams);
  const { duplicates, entries } = survey;
  const warnings = [...changes];
  if (duplicates)
    warnings.push(
      `${found.name} has ${timesOf(duplicates)} more than once, which docker, podman and buildah refuse.`,
    );
  if (entries === 0) warnings.push(`${found.name} holds nothing; its layer is empty.`);
  if (layer.compression === "zstd" && options.compression === undefined) warnings.push(keptZstd);
  return { origin: basename(found.name), layer, warnings };
}

/** The image with more layers upon its own, lowest first. The configuration stays, and so do the layers that it had. */
export function appendLayers(
  image: Image,
  upper: readonly Pick<UpperLayer, "layer" | "origin">[],
  options: EditOptions,
): Edited {
  const lines = upper.map(({ origin }) => ({
    ...createdOf(image, options),
    created_by: `tare append ${origin}`,
  }));
  const edits = {
    layers: [...image.layers, ...upper.map(({ layer }) => layer)],
    history: [...historyOf(image), ...lines],
  };
  const before = image.layers.length === 1 ? "1 layer" : `${image.layers.length} layers`;
  return {
    image: editedImage(image, edits, options),
    notes: [`Upon its ${before} came ${upper.map(({ layer }) => layer.diffId).join(", ")}.`],
  };
}
