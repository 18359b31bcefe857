import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Bytes, collect } from "../bytes/bytes.ts";
import { verified } from "../bytes/digest.ts";
import type { FilePart } from "../bytes/lent-bytes.ts";
import { TareError } from "../errors.ts";
import type { Content } from "../model/content.ts";
import type { Descriptor } from "../model/image.ts";

/** Plain files by their paths: a folder, or an archive that stands for one. */
export interface FileSet {
  /** The path of the folder or archive. */
  readonly where: string;
  /** Undefined when there is no such file. */
  find(path: string): Promise<FoundFile | undefined>;
}

export interface FoundFile {
  /** Bytes. */
  readonly size: number;
  open(signal?: AbortSignal): Bytes;
  /** Where it lies on this machine as it is. */
  readonly part?: FilePart | undefined;
}

export function folderFiles(folder: string): FileSet {
  return {
    where: folder,
    async find(path) {
      const file = join(folder, path);
      const found = await stat(file).catch(() => undefined);
      if (!found?.isFile()) return undefined;
      const { size } = found;
      return { size, open: (signal) => readPart(file, 0, size, signal), part: { file, size } };
    },
  };
}

/** `size` bytes of a file from `start`, in large pieces. */
export async function* readPart(file: string, start: number, size: number, signal?: AbortSignal): Bytes {
  if (size === 0) return;
  const range = { start, end: start + size - 1, highWaterMark: 1 << 20 };
  yield* createReadStream(file, { ...range, ...(signal && { signal }) });
}

/** A small file whole. @throws BAD_ARCHIVE when it is not there, TOO_LARGE */
export async function readDocument(files: FileSet, path: string, limit: number, format: string) {
  const found = await files.find(path);
  if (found === undefined) throw missing(files, path, format);
  return collect(found.open(), limit, `${files.where}: ${path}`);
}

/** The file at `path` as what its descriptor says; opening it verifies. @throws BAD_ARCHIVE when it is not there */
export async function contentIn(files: FileSet, path: string, descriptor: Descriptor): Promise<Content> {
  const { digest, size } = descriptor;
  const found = await files.find(path);
  if (found === undefined) throw missing(files, path, "container image");
  return {
    digest,
    size,
    open: (signal) => verified(found.open(signal), { digest, size }, `${files.where}: ${path}`),
    part: found.part,
  };
}

function missing(files: FileSet, path: string, format: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format, where: files.where, why: `it has no ${path}` });
}
