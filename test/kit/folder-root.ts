import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from "node:fs";
import { join } from "node:path";
import { readElf } from "../../src/formats/elf.ts";
import type { EntryType } from "../../src/model/entry.ts";
import type { ElfFacts, PlacedEntry, RootView } from "../../src/model/rootfs.ts";
import { resolvePath } from "../../src/rootfs/resolve.ts";

/** A folder of this machine, as it is now, seen as a root; `captured` says whose content `read` gives. */
export function folderRoot(
  folder: string,
  captured: (path: string, size: number) => boolean = () => true,
  ownerOf: (path: string) => string | undefined = () => undefined,
): RootView {
  const entries: PlacedEntry[] = [];
  const walk = (path: string) => {
    for (const name of readdirSync(join(folder, path))) {
      const below = path === "" ? name : `${path}/${name}`;
      const entry = entryOf(folder, below, ownerOf(below));
      entries.push(entry);
      if (entry.type === "directory") walk(below);
    }
  };
  walk("");
  return rootOf(entries, (entry) =>
    captured(entry.path, entry.size) ? readFileSync(join(folder, entry.path)) : undefined,
  );
}

/** Entries seen as a root. */
export function rootOf(
  all: readonly PlacedEntry[],
  read: (entry: PlacedEntry) => Uint8Array | undefined,
): RootView {
  const entries = [...all].sort((a, b) => (a.path < b.path ? -1 : 1));
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return {
    get: (path) => byPath.get(path),
    *under(directory) {
      const prefix = directory === "" ? "" : `${directory}/`;
      for (const entry of entries) if (entry.path.startsWith(prefix)) yield entry;
    },
    read(path) {
      const entry = resolvePath(this, path);
      return entry?.type === "file" ? read(entry) : undefined;
    },
  };
}

/** One path below a folder of this machine; the last link is not followed. @throws what the file system says */
export function entryOf(folder: string, path: string, owner: string | undefined): PlacedEntry {
  const file = join(folder, path);
  const stat = lstatSync(file);
  const type: EntryType = stat.isDirectory()
    ? "directory"
    : stat.isSymbolicLink()
      ? "symlink"
      : stat.isFile()
        ? "file"
        : stat.isFIFO()
          ? "fifo"
          : stat.isBlockDevice()
            ? "block"
            : "character";
  const elf = type === "file" ? elfOf(file) : undefined;
  return {
    path,
    type,
    mode: stat.mode & 0o7777,
    uid: stat.uid,
    gid: stat.gid,
    uname: "",
    gname: "",
    size: type === "file" ? stat.size : 0,
    mtime: Math.floor(stat.mtimeMs / 1000),
    owner,
    ...(type === "symlink" ? { link: readlinkSync(file) } : {}),
    ...(elf ? { elf } : {}),
  };
}

function elfOf(file: string): ElfFacts | undefined {
  const handle = openSync(file, "r");
  try {
    return readElf((offset, length) => {
      const bytes = Buffer.alloc(Math.min(length, 1 << 24));
      return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, Math.min(offset, 2 ** 47)));
    });
  } finally {
    closeSync(handle);
  }
}
