import type { CompressionFormat } from "../bytes/compression/compression.ts";
import { TareError } from "../errors.ts";
import { assembleImage } from "../images/assemble.ts";
import type { Image, Layer, RuntimeConfig } from "../model/image.ts";
import type { Platform } from "../model/platform.ts";
import { adviceOn } from "./advice.ts";
import { dateText } from "./date-text.ts";
import { folderAdvice } from "./folder-advice.ts";
import { folderLayer } from "./folder-layer.ts";
import { portableLayer } from "./portable-layer.ts";
import { normalisedLayer } from "./rewrite-layer.ts";
import type { EditSeams } from "./seal-tar.ts";
import { strippedTarball } from "./stripped-tarball.ts";
import type { TarSurvey } from "./survey.ts";
import { type CompressionWish, compressorFor, keptZstd, type Tarball } from "./tarball-layer.ts";

export interface ImportOptions {
  /** What it is to be called, for advice. */
  readonly name?: string | undefined;
  readonly platform: Platform;
  readonly config: RuntimeConfig;
  /** The comment of the layer's line in the history. */
  readonly message?: string | undefined;
  readonly compression?: CompressionWish | undefined;
  /** Whether the tar is written anew, so that the same files give the same layer whoever packed them. */
  readonly normalise: boolean;
  /** How many leading parts the paths of a tarball lose. */
  readonly strip?: number | undefined;
  /** SOURCE_DATE_EPOCH, seconds: when the image was created, and the time of everything normalised (else 0). */
  readonly epoch?: number | undefined;
}

export interface Imported {
  readonly image: Image;
  readonly layer: Layer & { readonly uncompressedSize: number };
  /** How the tarball was compressed; "none" when it was stripped. */
  readonly came: CompressionFormat | "folder";
  /** Whether the layer's stored bytes are those of the tarball. */
  readonly asItCame: boolean;
  readonly entries: number;
  /** Sentences. */
  readonly warnings: readonly string[];
}

/**
 * An image of one layer from a tarball, byte for byte unless `normalise`, `strip` or GNU's sparse files force otherwise.
 * The same bytes give the same image: without an epoch, it is as old as its youngest entry. A layer that stays as it
 * came is read from a lasting tarball's own place, which must not change while the image is used. What cannot be
 * unpacked is refused: neither docker nor tare itself could do anything with the image.
 * @throws BAD_ARCHIVE, TRUNCATED, what the source throws, DISK_FULL
 */
export async function importTarball(
  given: Tarball,
  options: ImportOptions,
  seams: EditSeams,
): Promise<Imported> {
  const { normalise, strip } = options;
  const tarball = strip === undefined ? given : strippedTarball(given, strip);
  const compression = options.compression ?? (strip === undefined ? undefined : { format: "gzip" });
  const { keep: _, ...beforehand } = seams;
  const first = await (normalise
    ? portableLayer(tarball, undefined, beforehand)
    : portableLayer(tarball, compression, seams));
  const { survey, came, asItCame } = first;
  if (survey.broken !== undefined) throw unpackable(tarball.name, survey.broken);
  const isFile = tarball.lent !== undefined;
  const warnings = [
    ...adviceOn(survey, tarball.name, { normalised: normalise, isFile, name: options.name, strip }),
    ...first.changes,
  ];
  if (strip !== undefined && survey.entries > 0 && !normalise) warnings.push(shortened(tarball.name, strip));
  let layer = first.layer;
  if (normalise) {
    const compressor = compressorFor(compression ?? { format: came === "zstd" ? "zstd" : "gzip" });
    layer = await normalisedLayer(layer, options.epoch ?? 0, compressor, seams);
  }
  if (layer.compression === "zstd" && compression === undefined) warnings.push(keptZstd);
  const created = normalise ? (options.epoch ?? 0) : (options.epoch ?? survey.newest ?? 0);
  return {
    image: imageOf(layer, created, options),
    layer,
    came,
    asItCame: asItCame && !normalise && strip === undefined,
    entries: survey.entries,
    warnings,
  };
}

function shortened(where: string, strip: number): string {
  const parts = strip === 1 ? "first part" : `first ${strip} parts`;
  return `The paths of ${where} lost their ${parts}, so the diffID is not that of the tarball.`;
}

function unpackable(where: string, { count, why }: NonNullable<TarSurvey["broken"]>): TareError {
  const others = count > 1 ? ` (and ${count - 1} more like it)` : "";
  const todo = "no image was made of it; unpack what can be had into a folder, and import the folder";
  return new TareError({ code: "BAD_ARCHIVE", where, why: `${why}${others}; ${todo}` });
}

export interface ImportFolderOptions extends ImportOptions {
  /** Whose the files are in the image: as on the disk, or root's. */
  readonly owners: "kept" | "root";
}

/**
 * An image of one layer from a folder: the same files give the same layer. What `extractTree` left beside it counts.
 * @throws UNREADABLE, DISK_FULL, BAD_ARCHIVE for a sidecar that is not sound
 */
export async function importFolder(
  folder: string,
  options: ImportFolderOptions,
  seams: EditSeams,
): Promise<Imported> {
  const { normalise, epoch } = options;
  const { layer, entries, newest, warnings } = await folderLayer(folder, options, seams);
  const advice = await folderAdvice(folder, options.name);
  const created = normalise ? (epoch ?? 0) : (epoch ?? newest ?? 0);
  return {
    image: imageOf(layer, created, options),
    layer,
    came: "folder",
    asItCame: false,
    entries,
    warnings: [...advice, ...warnings],
  };
}

function imageOf(layer: Layer, seconds: number, { platform, config, message }: ImportOptions): Image {
  const created = dateText(seconds);
  const line = { created, created_by: "tare import", ...(message !== undefined && { comment: message }) };
  return assembleImage({ platform, layers: [layer], config, created, history: [line] });
}
