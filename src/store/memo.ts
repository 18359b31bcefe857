import { createHash, randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { makeFolders } from "../bytes/make-folders.ts";

/** Bytes of the checksum in front of a value. */
const sumSize = 4;

/**
 * A remembered value, or undefined. A memo is not synced, since losing one costs no more than making it again; its
 * checksum tells one that a power cut has torn from a whole one.
 */
export async function readMemo(folder: string, room: string, key: string): Promise<Buffer | undefined> {
  const bytes = await readFile(memoFile(folder, room, key)).catch(() => undefined);
  if (bytes === undefined || bytes.length < sumSize) return undefined;
  const value = bytes.subarray(sumSize);
  return crc32(value) === bytes.readUInt32LE() ? value : undefined;
}

/** Whole or not at all, the last writer wins. @throws what the file system says */
export async function writeMemo(folder: string, room: string, key: string, value: Uint8Array): Promise<void> {
  const file = memoFile(folder, room, key);
  const beside = join(folder, "tmp", randomUUID());
  const sum = Buffer.alloc(sumSize);
  sum.writeUInt32LE(crc32(value));
  try {
    await writeFile(beside, Buffer.concat([sum, value]), { flag: "wx" });
    await makeFolders(dirname(file));
    await rename(beside, file);
  } catch (cause) {
    await rm(beside, { force: true });
    throw cause;
  }
}

function memoFile(folder: string, room: string, key: string): string {
  return join(folder, "memo", room, createHash("sha256").update(key).digest("hex"));
}
