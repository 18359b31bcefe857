import { encodeText } from "../bytes/text.ts";
import type { EntryHeader } from "../model/entry.ts";

export const ext4BlockSize = 4096;
export const ext4InodeSize = 256;

/** How large an ext4 must be for a root, with some room to live in. */
export interface Ext4Size {
  readonly inodes: number;
  /** Of 4096 bytes; whole MiB. */
  readonly blocks: number;
  readonly journalMiB: number;
  /** How many blocks the folders need that need more than one, by path. */
  readonly folderBlocks: ReadonlyMap<string, number>;
}

/** What a block of a folder may leave empty at its end: its sum, and a name that no longer fits. */
const folderSlack = 12 + 264;
/** Of a symlink's text, what stands in its inode. */
const shortLink = 59;
const mebi = (1 << 20) / ext4BlockSize;

/** From the headers alone: what they need, a tenth more of inodes and blocks, and 4 MiB. */
export function ext4Size(entries: readonly EntryHeader[]): Ext4Size {
  const names = new Map<string, number>([["", 24]]);
  let blocks = 0;
  let inodes = 0;
  for (const entry of entries) {
    const { path, type, size, xattrs, link = "" } = entry;
    if (type !== "hardlink") inodes += 1;
    if (type === "directory" && !names.has(path)) names.set(path, 24);
    if (path !== "") {
      const slash = Math.max(path.lastIndexOf("/"), 0);
      const folder = path.slice(0, slash);
      const name = encodeText(path.slice(path.lastIndexOf("/") + 1)).length;
      names.set(folder, (names.get(folder) ?? 24) + 8 + Math.ceil(name / 4) * 4);
    }
    blocks += Math.ceil(size / ext4BlockSize);
    // Where its pieces are, for those of many.
    if (size > 32 * (1 << 20)) blocks += 1;
    if (type === "symlink" && encodeText(link).length > shortLink) blocks += 1;
    if ((xattrs?.size ?? 0) > 0) blocks += 1;
  }
  const folderBlocks = new Map<string, number>();
  for (const [path, bytes] of names) {
    const needed =
      bytes <= ext4BlockSize - folderSlack ? 1 : Math.ceil(bytes / (ext4BlockSize - folderSlack));
    if (needed > 1) folderBlocks.set(path, needed);
    blocks += needed;
  }
  const allInodes = Math.ceil(inodes * 1.1) + 32;
  const content = blocks + Math.ceil((allInodes * ext4InodeSize) / ext4BlockSize);
  const journalMiB = content < 128 * mebi ? 4 : content < 1024 * mebi ? 16 : 64;
  const whole = Math.ceil(((content + journalMiB * mebi) * 1.1) / mebi + 4);
  return { inodes: allInodes, blocks: whole * mebi, journalMiB, folderBlocks };
}
