import { randomUUID } from "node:crypto";
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { syncFolder, writeFailure } from "../bytes/write-file.ts";
import { intoFile, Sink } from "./sink.ts";

/**
 * Writes a file whole or not at all: beside its place, synced, then moved there. A file that was there before stays
 * until then; what is half-written goes away on failure and on abort. A link is followed; a device or pipe is
 * written to directly. Returns the bytes written.
 * @throws DISK_FULL, CANNOT_WRITE, and whatever `fill` throws
 */
export async function writeWhole(path: string, fill: (sink: Sink) => Promise<void>): Promise<number> {
  try {
    const target = await realpath(path).catch(() => path);
    if (await isSpecial(target)) return await fillFile(target, "w", fill);
    const beside = besideName(target);
    try {
      const size = await fillFile(beside, "wx", fill);
      await rename(beside, target);
      await syncFolder(dirname(target));
      return size;
    } catch (cause) {
      await rm(beside, { force: true });
      throw cause;
    }
  } catch (cause) {
    throw writeFailure(cause, path);
  }
}

async function fillFile(file: string, flags: "w" | "wx", fill: (sink: Sink) => Promise<void>) {
  const handle = await open(file, flags, 0o666);
  const sink = new Sink(intoFile(handle));
  try {
    await fill(sink);
    await sink.end();
    if (flags === "wx") await handle.sync();
    return sink.size;
  } finally {
    await sink.settle();
    await handle.close();
  }
}

/** A name that nobody else uses, in the same folder and so on the same file system. */
export function besideName(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 180)}.${randomUUID()}.part`);
}

async function isSpecial(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}
