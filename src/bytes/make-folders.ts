import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those on the way to it, as far as they are missing. Node.js's own `recursive` asks for ever where
 * a file system says that a folder is missing and does not let it be made, as /proc does.
 * @param made hears of each that was missing, outermost first
 * @throws the system's error, of whichever folder it was
 */
export async function makeFolders(folder: string, made?: (folder: string) => void): Promise<void> {
  if (await isThere(folder, made)) return;
  const parent = dirname(folder);
  if (parent !== folder) await makeFolders(parent, made);
  if (await isThere(folder, made)) return;
  await mkdir(folder);
  made?.(folder);
}

/** Makes it if it can; false where something on the way to it is missing. */
async function isThere(folder: string, made: ((folder: string) => void) | undefined): Promise<boolean> {
  try {
    await mkdir(folder);
    made?.(folder);
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return false;
    if (code === "EEXIST" && (await stat(folder)).isDirectory()) return true;
    throw cause;
  }
}
