import { withSidecar } from "../formats/sidecar-entries.ts";
import { writeTar } from "../formats/tar/encode.ts";
import type { StoredLayer } from "../layers/seal.ts";
import type { Entry } from "../model/entry.ts";
import { timesOf } from "./advice.ts";
import { folderEntries } from "./folder-entries.ts";
import { plainHeader } from "./rewrite-layer.ts";
import { type EditSeams, sealTar } from "./seal-tar.ts";
import { sidecarBeside } from "./sidecar-beside.ts";
import { Watch } from "./survey.ts";
import { type CompressionWish, compressorFor } from "./tarball-layer.ts";

export interface FolderLayerOptions {
  readonly compression?: CompressionWish | undefined;
  /** Whether times do not count. */
  readonly normalise: boolean;
  /** SOURCE_DATE_EPOCH, seconds: nothing is younger; the time of everything normalised (else 0). */
  readonly epoch?: number | undefined;
  /** Whose the files are in the image: as on the disk, or root's. */
  readonly owners: "kept" | "root";
}

export interface FolderLayer {
  readonly layer: StoredLayer;
  readonly entries: number;
  /** Seconds since the epoch, of the youngest entry; undefined when there is none. */
  readonly newest: number | undefined;
  /** Sentences. */
  readonly warnings: readonly string[];
}

/**
 * A folder as a layer: the same files give the same one. What `extractTree` left beside it counts.
 * @throws UNREADABLE, DISK_FULL, BAD_ARCHIVE for a sidecar that is not sound
 */
export async function folderLayer(
  folder: string,
  options: FolderLayerOptions,
  seams: EditSeams,
): Promise<FolderLayer> {
  const { normalise, epoch, owners } = options;
  const sockets: string[] = [];
  const privileged = new Watch();
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
      if (header.type === "file" && (header.mode & 0o6000) !== 0) privileged.see(header.path);
      newest = Math.max(newest ?? header.mtime, header.mtime);
      yield { ...(normalise ? plainHeader(header, epoch ?? 0) : header), content };
    }
  };
  const compressor = compressorFor(options.compression ?? { format: "gzip" });
  const layer = await sealTar(writeTar(entries()), compressor, folder, seams);
  const warnings = sockets.map(
    (path) => `${folder}/${path} is a socket, which no image can hold; it was left out.`,
  );
  // Elsewhere they are whose they were.
  if (privileged.seen && owners === "root" && sidecar === undefined)
    warnings.push(
      `${folder} has ${timesOf(privileged.seen)} with set-user-ID or set-group-ID, which are root's in the image: whoever starts one there acts as root; chmod ug-s takes that away.`,
    );
  if (sidecar !== undefined)
    warnings.push(
      `What ${sidecar.file} says of the folder's files counts: owners, modes, attributes, devices.`,
    );
  return { layer, entries: count, newest, warnings };
}
