import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { byText } from "../bytes/text.ts";
import { writeFailure } from "../bytes/write-file.ts";
import { holdAlone } from "./lease.ts";

/** One file of the store. */
export interface StoredFile {
  readonly path: string;
  /** `blobs`: named by digest. `memo`: derived, may go at any time. `tmp`: left by a process that died. */
  readonly room: "blobs" | "memo" | "tmp";
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch of the last read or write that the file system noted. */
  readonly used: number;
}

const rooms = ["blobs", "memo", "tmp"] as const;

/** Every file of a store, sorted by path. Links are not followed. An absent store has none. */
export async function listStore(folder: string): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for (const room of rooms)
    for (const path of await filesBelow(join(folder, room))) {
      const found = await lstat(path).catch(() => undefined);
      if (found?.isFile())
        files.push({ path, room, size: found.size, used: Math.max(found.atimeMs, found.mtimeMs) });
    }
  return files;
}

/** Not readdir's own recursion: that one walks through links, out of the store. */
async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch(() => []);
  found.sort((a, b) => byText(a.name, b.name));
  const files: string[] = [];
  for (const entry of found) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await filesBelow(path)));
    else files.push(path);
  }
  return files;
}

export interface Sweep {
  /** Keep what was used at or after this time (milliseconds since the epoch). */
  readonly usedSince?: number;
  /** Then remove the longest unused until no more than this many bytes are left. */
  readonly maxSize?: number;
}

/**
 * Removes what nobody used lately. Everything in a store can be made or fetched again, so this is always safe; a lock
 * whose packages left the mirror needs the store, though.
 * @throws STORE_BUSY while another process uses the store
 */
export async function collectGarbage(
  folder: string,
  sweep: Sweep,
): Promise<{ removed: number; freed: number; left: number }> {
  const release = await holdAlone(folder);
  try {
    const files = (await listStore(folder)).sort((a, b) => a.used - b.used);
    let left = files.reduce((sum, file) => sum + file.size, 0);
    let removed = 0;
    let freed = 0;
    for (const file of files) {
      const old = sweep.usedSince !== undefined && file.used < sweep.usedSince;
      const over = sweep.maxSize !== undefined && left > sweep.maxSize;
      if (!old && !over && file.room !== "tmp") continue;
      await remove(file.path);
      removed += 1;
      freed += file.size;
      left -= file.size;
    }
    // What is left there now are folders of processes that died.
    for (const name of await readdir(join(folder, "tmp")).catch(() => []))
      await rm(join(folder, "tmp", name), { recursive: true, force: true });
    return { removed, freed, left };
  } finally {
    await release();
  }
}

/** Reads every blob and removes those whose bytes are not what their name says. Returns the removed ones. */
export async function verifyStore(
  folder: string,
  signal?: AbortSignal,
): Promise<{ checked: number; damaged: string[] }> {
  const release = await holdAlone(folder);
  try {
    const damaged: string[] = [];
    let checked = 0;
    for (const file of await listStore(folder)) {
      if (file.room !== "blobs") continue;
      signal?.throwIfAborted();
      const [algorithm = "", , hex] = file.path.slice(join(folder, "blobs").length + 1).split("/");
      const hash = createHash(algorithm === "sha512" ? "sha512" : "sha256");
      for await (const chunk of createReadStream(file.path, { highWaterMark: 1 << 20 })) hash.update(chunk);
      checked += 1;
      if (hash.digest("hex") === hex) continue;
      await remove(file.path);
      damaged.push(file.path);
    }
    return { checked, damaged };
  } finally {
    await release();
  }
}

async function remove(file: string): Promise<void> {
  try {
    await rm(file, { force: true });
  } catch (cause) {
    throw writeFailure(cause, file);
  }
}
