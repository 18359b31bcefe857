import {
  chmodSync,
  lchownSync,
  lutimesSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { GeneratedEntry } from "../../src/model/rootfs.ts";

/** Writes generated entries into a folder, as an unpacker of their layer would; needs root for the owners. */
export function writeEntries(entries: readonly GeneratedEntry[], folder: string): void {
  for (const entry of entries) {
    const file = join(folder, entry.path);
    if (entry.type === "directory") mkdirSync(file, { recursive: true });
    else {
      mkdirSync(dirname(file), { recursive: true });
      rmSync(file, { recursive: true, force: true });
      if (entry.type === "symlink") symlinkSync(entry.link ?? "", file);
      else if (entry.type === "file") writeFileSync(file, entry.content);
      else throw new Error(`a ${entry.type} cannot be generated: ${entry.path}`);
    }
    lchownSync(file, entry.uid, entry.gid);
    if (entry.type === "symlink") lutimesSync(file, entry.mtime, entry.mtime);
    else {
      chmodSync(file, entry.mode);
      utimesSync(file, entry.mtime, entry.mtime);
    }
  }
}
