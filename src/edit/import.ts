import type { CompressionFormat } from "../bytes/compression/compression.ts";
import { withSidecar } from "../formats/sidecar-entries.ts";
import { writeTar } from "../formats/tar/encode.ts";
import { assembleImage } from "../images/assemble.ts";
import type { Entry } from "../model/entry.ts";
import type { Image, Layer, RuntimeConfig } from "../model/image.ts";
import type { Platform } from "../model/platform.ts";
import { adviceOn, timesOf } from "./advice.ts";
import { dateText } from "./date-text.ts";
import { folderEntries } from "./folder-entries.ts";
import { denseLayer, normalisedLayer, plainHeader } from "./rewrite-layer.ts";
import { type EditSeams, sealTar } from "./seal-tar.ts";
import { sidecarBeside } from "./sidecar-beside.ts";
import { type CompressionWish, compressorFor, type Tarball, tarballLayer } from "./tarball-layer.ts";

export interface ImportOptions {
  readonly platform: Platform;
  readonly config: RuntimeConfig;
  /** The comment of the layer's line in the history. */
  readonly message?: string | undefined;
  readonly compression?: CompressionWish | undefined;
  /** Whether the tar is written anew, so that the same files give the same layer whoever packed them. */
  readonly normalise: boolean;
  /** SOURCE_DATE_EPOCH, seconds: when the image was created, and the time of everything normalised (else 0). */
  readonly epoch?: number | undefined;
}

export interface Imported {
  readonly image: Image;
  readonly layer: Layer & { readonly uncompressedSize: number };
  /** How the tarball was compressed. */
  readonly came: CompressionFormat | "folder";
  /** Whether the layer's stored bytes are those of the tarball. */
  readonly asItCame: boolean;
  readonly entries: number;
  /** Sentences. */
  readonly warnings: readonly string[];
}

/**
 * An image of one layer from a tarball, byte for byte unless `normalise` or GNU's sparse files force otherwise. The
 * same bytes give the same image: without an epoch, it is as old as its youngest entry. A layer that stays as it came
 * is read from a lasting tarball's own place, which must not change while the image is used.
 * @throws BAD_ARCHIVE, TRUNCATED, what the source throws, DISK_FULL
 */
export async function importTarball(
  tarball: Tarball,
  options: ImportOptions,
  seams: EditSeams,
): Promise<Imported> {
  const { normalise, compression } = options;
  const first = await tarballLayer(tarball, normalise ? undefined : compression, seams);
  const { survey, came } = first;
  const warnings = [...adviceOn(survey, tarball.name, normalise)];
  const compressor = compressorFor(compression ?? { format: came === "zstd" ? "zstd" : "gzip" });
  let layer = first.layer;
  if (survey.sparse) {
    layer = await denseLayer(layer, compressor, seams);
    warnings.push(
      `${tarball.name} has ${timesOf(survey.sparse)} as GNU sparse files, which runtimes do not agree on; they were written whole, so the diffID is not that of the tarball.`,
    );
  }
  if (normalise) layer = await normalisedLayer(layer, options.epoch ?? 0, compressor, seams);
  if (layer.compression === "zstd" && compression === undefined)
    warnings.push(
      "The layer is compressed with zstd, as it came; docker before 23 and umoci do not read that, --compression gzip is for them.",
    );
  const asItCame = layer === first.layer && first.asItCame;
  const created = normalise ? (options.epoch ?? 0) : (options.epoch ?? survey.newest ?? 0);
  return {
    image: imageOf(layer, created, options),
    layer,
    came,
    asItCame,
    entries: survey.entries,
    warnings,
  };
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
  const { normalise, epoch, owners } = options;
  const sockets: string[] = [];
  const sidecar = await sidecarBeside(folder);
  let count = 0;
  let newest: number | undefined;
  const entries = async function* (): AsyncGenerator<Entry> {
    const walked = folderEntries(folder, { owners, latest: epoch, onSocket: (path) => sockets.push(path) });
    const found = sidecar === undefined ? walked : withSidecar(walked, sidecar.entries);
    for await (const { content, ...whole } of found) {
      const header = { ...whole, mtime: Math.min(whole.mtime, epoch ?? whole.mtime) };
      seams.signal.throwIfAborted();
      count += 1;
      newest = Math.max(newest ?? header.mtime, header.mtime);
      yield { ...(normalise ? plainHeader(header, epoch ?? 0) : header), content };
    }
  };
  const compressor = compressorFor(options.compression ?? { format: "gzip" });
  const layer = await sealTar(writeTar(entries()), compressor, folder, seams);
  const warnings = sockets.map(
    (path) => `${folder}/${path} is a socket, which no image can hold; it was left out.`,
  );
  if (sidecar !== undefined)
    warnings.push(
      `What ${sidecar.file} says of the folder's files counts: owners, modes, attributes, devices.`,
    );
  const created = normalise ? (epoch ?? 0) : (epoch ?? newest ?? 0);
  return {
    image: imageOf(layer, created, options),
    layer,
    came: "folder",
    asItCame: false,
    entries: count,
    warnings,
  };
}

function imageOf(layer: Layer, seconds: number, { platform, config, message }: ImportOptions): Image {
  const created = dateText(seconds);
  const line = { created, created_by: "tare import", ...(message !== undefined && { comment: message }) };
  return assembleImage({ platform, layers: [layer], config, created, history: [line] });
}
