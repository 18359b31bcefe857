import { encodeText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";
import type { EntryHeader } from "../model/entry.ts";

/** A header, and the names of files with its content and with its attributes' values. */
export interface StagedEntry extends EntryHeader {
  readonly contentFile?: string;
  readonly attributeFiles?: readonly { readonly name: string; readonly file: string }[];
}

export interface DebugfsScript {
  /** Bytes, not text: names are bytes. */
  readonly lines: readonly Buffer[];
  /** The inode numbers that debugfs tells for files and devices, in this order. */
  readonly told: readonly number[];
}

const rootInode = 2;
/** The first that is nobody's; mke2fs gives it to lost+found. */
const firstInode = 11;
const lostAndFound = "lost+found";
/** What debugfs reads of a line (BUFSIZ of the C library). */
const lineLimit = 8000;
/** ext4 stops counting there, and calls it 1 (the feature dir_nlink). */
const linkLimit = 65_000;
const typeBits = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  character: 0o020000,
  block: 0o060000,
  fifo: 0o010000,
} as const;

/**
 * What debugfs(8) is to do so that an empty ext4 holds these entries, folders before what is in them. An inode gets
 * the first number that is free, so that each is known beforehand, and the script needs a name only where it makes it.
 * @param folderBlocks how many blocks a folder needs
 * @throws CANNOT_WRITE for a name that no line of a script can hold
 */
export function debugfsScript(
  entries: readonly StagedEntry[],
  folderBlocks: ReadonlyMap<string, number>,
  time: number,
  file: string,
): DebugfsScript {
  const lines: Buffer[] = [];
  const told: number[] = [];
  const say = (line: string) => {
    const bytes = encodeText(`${line}\n`);
    if (bytes.length > lineLimit || /[\r\n]/.test(line))
      throw new TareError({
        code: "CANNOT_WRITE",
        file,
        why: `debugfs reads commands of one line, and so no name or link with a line break, or of that length, as in ${JSON.stringify(line.slice(0, 100))}`,
      });
    lines.push(bytes);
  };
  const inodes = new Map([["", rootInode]]);
  const names = new Map<number, number>();
  const folders = new Map<number, number>();
  let next = firstInode;
  let at = 0;
  const goTo = (inode: number) => {
    if (inode !== at) say(`cd <${inode}>`);
    at = inode;
  };
  say(`set_current_time @${time}`);
  goTo(rootInode);
  if (entries.some(({ path }) => path === lostAndFound)) say(`rmdir ${lostAndFound}`);
  else next += 1;
  for (const entry of entries) {
    const { path, type } = entry;
    const slash = path.lastIndexOf("/");
    const name = quoted(path.slice(slash + 1));
    const parent = inodes.get(path.slice(0, Math.max(slash, 0))) as number;
    if (path !== "") goTo(parent);
    if (type === "hardlink") {
      const inode = inodes.get(entry.link as string) as number;
      say(`ln <${inode}> ${name}`);
      names.set(inode, (names.get(inode) ?? 1) + 1);
      inodes.set(path, inode);
      continue;
    }
    const inode = path === "" ? rootInode : next;
    if (type === "directory") {
      if (path !== "") {
        say(`mkdir ${name}`);
        folders.set(parent, (folders.get(parent) ?? 0) + 1);
      }
      for (let more = folderBlocks.get(path) ?? 1; more > 1; more -= 1) say(`expand_dir <${inode}>`);
    } else if (type === "symlink") say(`symlink ${name} ${quoted(entry.link as string)}`);
    else {
      if (type === "file") say(`write ${entry.contentFile} ${name}`);
      // Any number, so that it is of the newer kind, which holds large ones; the true one follows.
      else say(`mknod ${name} ${type === "fifo" ? "p" : `${type === "block" ? "b" : "c"} 256 0`}`);
      told.push(inode);
    }
    inodes.set(path, inode);
    if (path !== "") next += 1;
    for (const line of fieldsOf(entry, inode)) say(line);
  }
  for (const [inode, count] of names) say(`sif <${inode}> links_count ${count}`);
  // Each folder in it, and its own two.
  for (const [inode, count] of folders) if (count + 2 >= linkLimit) say(`sif <${inode}> links_count 1`);
  return { lines, told };
}

function fieldsOf(entry: StagedEntry, inode: number): string[] {
  const { type, mode, uid, gid, mtime, nanoseconds = 0, attributeFiles = [] } = entry;
  // Linux gives every symlink all permissions, whatever a tar says.
  const permissions = type === "symlink" ? 0o777 : mode;
  const fields = [`mode 0${(typeBits[type as keyof typeof typeBits] | permissions).toString(8)}`];
  if (uid !== 0) fields.push(`uid ${uid}`);
  if (gid !== 0) fields.push(`gid ${gid}`);
  fields.push(`mtime @${mtime}`);
  // Two bits for what 32 have no room for (ext4: Documentation/filesystems/ext4/inodes.rst, "Inode Timestamps").
  const epoch = Math.floor((mtime + 2 ** 31) / 2 ** 32);
  if (nanoseconds > 0) fields.push(`mtime_extra ${nanoseconds * 4 + epoch}`);
  if (type === "character" || type === "block") fields.push("block[0] 0", `block[1] ${deviceNumber(entry)}`);
  return [
    ...fields.map((field) => `sif <${inode}> ${field}`),
    ...attributeFiles.map(({ name, file }) => `ea_set -f ${file} <${inode}> ${quoted(name)}`),
  ];
}

/** Linux's newer way to write it: 12 bits of major, 20 of minor. */
function deviceNumber({ major = 0, minor = 0 }: EntryHeader): number {
  return (minor & 0xff) + (major & 0xfff) * 2 ** 8 + ((minor & 0xfff00) >>> 8) * 2 ** 20;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
