import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those on the way to it, as far as they are missing. Node.js's own `recursive` asks for ever where
 * a file system says that a folder is missing and does not let it be made, as /proc does.
 * @throws the system's error, of whichever folder it was
 */
export async function makeFolders(folder: string): Promise<void> {
  if (await made(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) await makeFolders(parent);
  if (!(await made(folder))) await mkdir(folder);
}

/** False where something on the way to it is missing. */
async function made(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return false;
    if (code === "EEXIST" && (await stat(folder)).isDirectory()) return true;
    throw cause;
  }
}
