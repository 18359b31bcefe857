import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { syncFolder, writeFailure } from "../bytes/write-file.ts";
import { firstMode, giveAttributes, type WrittenPlace, writtenPlace } from "../bytes/written-place.ts";
import { TareError } from "../errors.ts";
import { intoFile, Sink } from "./sink.ts";

/**
 * Writes a file whole or not at all: beside its place, synced, then moved there. A file that was there before stays
 * until then, and passes its mode and owner on; what is half-written goes away on failure and on abort. A link is
 * followed; a device or pipe is written to directly. Returns the bytes written.
 * @throws DISK_FULL, CANNOT_WRITE, and whatever `fill` throws
 */
export async function writeWhole(path: string, fill: (sink: Sink) => Promise<void>): Promise<number> {
  try {
    const place = await writtenPlace(path);
    if (place.isSpecial) return await fillFile(path, "w", 0o666, fill);
    return await moveToPlace(place, (beside) => fillFile(beside, "wx", firstMode(place, 0o666), fill));
  } catch (cause) {
    throw writeFailure(cause, path);
  }
}

/**
 * As {@link writeWhole}, for those who write files by name: `make` fills the empty file that it is given, which is synced
 * and moved to its place. No device or pipe can be written so.
 * @throws DISK_FULL, CANNOT_WRITE, and whatever `make` throws
 */
export async function placeWhole(path: string, make: (beside: string) => Promise<void>): Promise<number> {
  try {
    const place = await writtenPlace(path);
    if (place.isSpecial)
      throw new TareError({ code: "CANNOT_WRITE", file: path, why: "it must be a file, no device or pipe" });
    return await moveToPlace(place, async (beside) => {
      await (await open(beside, "wx", firstMode(place, 0o666))).close();
      await make(beside);
      const handle = await open(beside, "r+");
      try {
        await handle.sync();
        return (await handle.stat()).size;
      } finally {
        await handle.close();
      }
    });
  } catch (cause) {
    throw writeFailure(cause, path);
  }
}

async function moveToPlace(place: WrittenPlace, fill: (beside: string) => Promise<number>): Promise<number> {
  const beside = besideName(place.file);
  try {
    const size = await fill(beside);
    await giveAttributes(beside, place);
    await rename(beside, place.file);
    await syncFolder(dirname(place.file));
    return size;
  } catch (cause) {
    await rm(beside, { force: true });
    throw cause;
  }
}

async function fillFile(
  file: string,
  flags: "w" | "wx",
  mode: number,
  fill: (sink: Sink) => Promise<void>,
): Promise<number> {
  const handle = await open(file, flags, mode);
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
  return join(dirname(path), `.${shortName(path)}.${randomUUID()}.part`);
}

/** Whether `path` is what {@link besideName} makes of `target`: half of it, left by a build that was killed. */
export function isBeside(path: string, target: string): boolean {
  const name = basename(path);
  return (
    dirname(path) === dirname(target) &&
    name.startsWith(`.${shortName(target)}.`) &&
    /\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/.test(name)
  );
}

function shortName(path: string): string {
  return basename(path).slice(0, 180);
}
