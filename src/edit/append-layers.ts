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
  if ("folder" in found) return folderLayer(found.folder, { ...options, normalise: false }, seams);
  const { layer, survey, changes } = await portableLayer(found, options.compression, seams);
  const { duplicates, entries } = survey;
  const warnings = [...changes];
  if (duplicates)
    warnings.push(
      `${found.name} has ${timesOf(duplicates)} more than once, which docker, podman and buildah refuse.`,
    );
  if (entries === 0) warnings.push(`${found.name} holds nothing; its layer is empty.`);
  if (layer.compression === "zstd" && options.compression === undefined) warnings.push(keptZstd);
  return { layer, warnings };
}

/** The image with more layers upon its own, lowest first. The configuration stays, and so do the layers that it had. */
export function appendLayers(image: Image, upper: readonly Layer[], options: EditOptions): Edited {
  const lines = upper.map(() => ({ ...createdOf(image, options), created_by: "tare append" }));
  const edits = { layers: [...image.layers, ...upper], history: [...historyOf(image), ...lines] };
  const before = image.layers.length === 1 ? "1 layer" : `${image.layers.length} layers`;
  return {
    image: editedImage(image, edits, options),
    notes: [`Upon its ${before} came ${upper.map(({ diffId }) => diffId).join(", ")}.`],
  };
}
