import { constants, createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import type { Bytes } from "../bytes/bytes.ts";
import { readFailure } from "../bytes/read-failure.ts";
import { byText, decodeText } from "../bytes/text.ts";
import type { Entry, EntryType } from "../model/entry.ts";

export interface FolderOptions {
  /** Whose the entries are: as on the disk, or root's. */
  readonly owners: "kept" | "root";
  /** Seconds since the epoch: nothing is younger. */
  readonly latest?: number | undefined;
  /** Hears of sockets, which no tar can hold and which are left out. */
  readonly onSocket?: (path: string) => void;
}

const nothing = new Uint8Array(0);
const slash = Buffer.from("/");

/**
 * Everything in a folder as the entries of a tar: sorted, each folder before what is in it, hardlinks kept, links not
 * followed; names are bytes. The folder itself is no entry, so that its mode is not that of `/`. Times are whole
 * seconds, owners have no names, and extended attributes are not read: Node cannot.
 * @throws UNREADABLE
 */
export async function* folderEntries(folder: string, options: FolderOptions): AsyncGenerator<Entry> {
  yield* walk(Buffer.from(folder), "", options, new Map());
}

async function* walk(
  onDisk: Buffer,
  path: string,
  options: FolderOptions,
  inodes: Map<string, string>,
): AsyncGenerator<Entry> {
  const names = await readdir(onDisk, { encoding: "buffer" }).catch((cause) => unreadable(onDisk, cause));
  const children = names.map((bytes) => ({ bytes, name: decodeText(bytes) }));
  for (const { bytes, name } of children.sort((a, b) => byText(a.name, b.name))) {
    const child = Buffer.concat([onDisk, slash, bytes]);
    const below = path === "" ? name : `${path}/${name}`;
    const found = await lstat(child).catch((cause) => unreadable(child, cause));
    const type = typeOf(found);
    if (type === undefined) {
      options.onSocket?.(below);
      continue;
    }
    const inode = `${found.dev}:${found.ino}`;
    const first = found.nlink > 1 && type !== "directory" ? inodes.get(inode) : undefined;
    if (found.nlink > 1 && type !== "directory" && first === undefined) inodes.set(inode, below);
    const mtime = Math.floor(found.mtimeMs / 1000);
    const entry = {
      path: below,
      mode: found.mode & 0o7777,
      uid: options.owners === "root" ? 0 : found.uid,
      gid: options.owners === "root" ? 0 : found.gid,
      uname: "",
      gname: "",
      size: 0,
      mtime: Math.min(mtime, options.latest ?? mtime),
      content: nothing,
    };
    if (first !== undefined) yield { ...entry, type: "hardlink", link: first };
    else if (type === "file") yield { ...entry, type, size: found.size, content: contentOf(child) };
    else if (type === "symlink") {
      const link = await readlink(child, { encoding: "buffer" }).catch((cause) => unreadable(child, cause));
      yield { ...entry, type, link: decodeText(link) };
    } else if (type === "character" || type === "block") yield { ...entry, type, ...deviceOf(found.rdev) };
    else yield { ...entry, type };
    if (type === "directory") yield* walk(child, below, options, inodes);
  }
}

function typeOf(found: Awaited<ReturnType<typeof lstat>>): Exclude<EntryType, "hardlink"> | undefined {
  if (found.isFile()) return "file";
  if (found.isDirectory()) return "directory";
  if (found.isSymbolicLink()) return "symlink";
  if (found.isCharacterDevice()) return "character";
  if (found.isBlockDevice()) return "block";
  return found.isFIFO() ? "fifo" : undefined;
}

/** Linux's 64 bits (makedev(3)): 32 low ones suffice for the devices that there are. */
function deviceOf(rdev: number): { readonly major: number; readonly minor: number } {
  return { major: (rdev >>> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >>> 12) & 0xfff00) };
}

/** Should a file have become a link since it was found, that one is not followed. */
async function* contentOf(file: Buffer): Bytes {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    yield* createReadStream(file, { flags: flags as unknown as string, highWaterMark: 1 << 20 });
  } catch (cause) {
    unreadable(file, cause);
  }
}

function unreadable(file: Buffer, cause: unknown): never {
  throw readFailure(cause, file.toString());
}
