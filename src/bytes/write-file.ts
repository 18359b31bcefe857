import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { TareError } from "../errors.ts";
import type { AnyBytes } from "./bytes.ts";
import { firstMode, giveAttributes, writtenPlace } from "./written-place.ts";

/**
 * Writes a file as a whole or not at all: beside its place, synced, then renamed over it. On an error nothing is left.
 * A link is followed; a file that was there before passes its mode and owner on.
 * @throws DISK_FULL, CANNOT_WRITE, and whatever the source throws
 */
export async function writeFileWhole(file: string, source: AnyBytes): Promise<number> {
  const place = await orWriteFailure(file, () => writtenPlace(file));
  const beside = `${place.file}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const size = await writeSynced(beside, source, firstMode(place, 0o644), file);
    await orWriteFailure(file, async () => {
      await giveAttributes(beside, place);
      await rename(beside, place.file);
      await syncFolder(dirname(place.file));
    });
    return size;
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw cause;
  }
}

/**
 * Streams into a new file and syncs it. The caller removes it on an error. Returns the bytes written.
 * @param named what the file is called in sentences
 * @throws DISK_FULL, CANNOT_WRITE, and whatever the source throws, as it is
 */
export async function writeSynced(
  file: string,
  source: AnyBytes,
  mode: number,
  named = file,
): Promise<number> {
  const handle = await orWriteFailure(named, () => open(file, "wx", mode));
  // While one chunk is written, the next is made.
  let flight = Promise.resolve();
  try {
    let size = 0;
    for await (const chunk of source) {
      await flight;
      flight = orWriteFailure(named, () => writeAll(handle, chunk));
      flight.catch(() => undefined);
      size += chunk.byteLength;
    }
    await flight;
    await orWriteFailure(named, () => handle.sync());
    return size;
  } finally {
    await flight.catch(() => undefined);
    await handle.close();
  }
}

async function orWriteFailure<Value>(file: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    throw writeFailure(cause, file);
  }
}

/** One chunk, whole: a single write may be cut short. */
export async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let at = 0;
  while (at < chunk.byteLength) {
    const { bytesWritten } = await handle.write(chunk, at, chunk.byteLength - at);
    at += bytesWritten;
  }
}

/** Makes a rename in the folder last. Some file systems refuse to sync folders; they need no sync either. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch {
  } finally {
    await handle.close();
  }
}

/** The system's error as ours; anything else stays what it is. */
export function writeFailure(cause: unknown, file: string): unknown {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (cause instanceof TareError || typeof code !== "string") return cause;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new TareError({ code: "DISK_FULL", where: dirname(file) }, { cause });
  const why =
    code === "ENOENT" && existsSync(dirname(file)) ? "its folder takes no new files" : reasons[code];
  return why === undefined ? cause : new TareError({ code: "CANNOT_WRITE", file, why }, { cause });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EEXIST: "a file is there, where a folder belongs",
  EROFS: "the file system is read-only",
  ENOENT: "its folder does not exist",
  ENOTDIR: "a part of its path is not a folder",
  EISDIR: "it is a folder",
  ENAMETOOLONG: "its name is too long",
  EFBIG: "the file system takes no file of that size",
  EIO: "the disk reports an error",
  ELOOP: "its links lead round in a circle",
};
