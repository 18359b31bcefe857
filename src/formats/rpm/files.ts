import { TareError } from "../../errors.ts";
import type { EntryType } from "../../model/entry.ts";
import { bad } from "./bad.ts";
import type { RpmHeader } from "./header.ts";
import { tag } from "./tags.ts";

/** What a package says of one of its files. */
export interface RpmFile {
  /** As `Entry.path` spells it. */
  readonly path: string;
  readonly type: EntryType;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly user: string;
  readonly group: string;
  /** Bytes. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** Hex of the content's digest, by the package's one algorithm; empty for what has no content. */
  readonly digest: string;
  /** A symlink's text; empty for all else. */
  readonly link: string;
  /** Bits: see {@link fileFlag}. */
  readonly flags: number;
  /** Languages that it is for, with `|` between; empty for all. */
  readonly languages: string;
  /** As cap_from_text(3) has it; empty for none. */
  readonly capabilities: string;
  /** Bits: 1 for a 32-bit ELF file, 2 for a 64-bit one; 0 for all else. */
  readonly color: number;
  /** Of a device: major and minor in one, as makedev(3) had them in 16 bits. */
  readonly device: number;
  /** The same for files that are one file with several names; undefined where rpm does not look at that. */
  readonly inode: string | undefined;
}

/** RPMFILE bits (rpm, rpmfiles.h). */
export const fileFlag = {
  config: 1 << 0,
  documentation: 1 << 1,
  ghost: 1 << 6,
  license: 1 << 7,
} as const;

const types: ReadonlyMap<number, EntryType> = new Map([
  [0o01, "fifo"],
  [0o02, "character"],
  [0o04, "directory"],
  [0o06, "block"],
  [0o10, "file"],
  [0o12, "symlink"],
]);

const socket = 0o14;
/** Longest path that Linux takes (PATH_MAX). */
const pathLimit = 4096;
/** Characters of all paths together: a header says a folder once, and may put a million files into it. */
const pathsLimit = 1 << 27;

/**
 * The files of a package in its own order, ghosts too. @throws BAD_ARCHIVE for lists of different lengths, a path that
 * leads out of the root or stands twice, a type that is none; TOO_LARGE for more paths than memory should hold
 */
export function filesOf(header: RpmHeader, where: string): readonly RpmFile[] {
  const bases = header.texts(tag.baseNames);
  const folders = header.texts(tag.dirNames);
  const count = bases.length;
  const column = <Value>(
    values: readonly Value[],
    otherwise: Value | undefined,
    name: string,
  ): readonly Value[] => {
    if (values.length === count) return values;
    if (values.length > 0 || otherwise === undefined)
      throw bad(where, `it has ${count} files and ${values.length} ${name}`);
    return new Array<Value>(count).fill(otherwise);
  };
  if (count === 0) {
    if (header.has(1027)) throw bad(where, "it names its files as packages before RPM v4 did");
    return [];
  }
  const numbers = (one: number, name: string, otherwise?: number) =>
    column(header.numbers(one), otherwise, name);
  const texts = (one: number, name: string, otherwise?: string) => column(header.texts(one), otherwise, name);
  const indexes = numbers(tag.dirIndexes, "folders");
  const characters = bases.reduce(
    (sum, base, at) => sum + (folders[indexes[at] as number]?.length ?? 0) + base.length,
    0,
  );
  if (characters > pathsLimit)
    throw new TareError({ code: "TOO_LARGE", what: `${where}: the list of its files`, limit: pathsLimit });
  const modes = numbers(tag.fileModes, "modes");
  const users = texts(tag.fileUserName, "owners");
  const groups = texts(tag.fileGroupName, "groups");
  const long = header.has(tag.longFileSizes);
  const sizes = numbers(long ? tag.longFileSizes : tag.fileSizes, "sizes");
  const mtimes = numbers(tag.fileMtimes, "times");
  const digests = texts(tag.fileDigests, "digests");
  const links = texts(tag.fileLinkTos, "links");
  const flags = numbers(tag.fileFlags, "flags");
  const languages = texts(tag.fileLangs, "languages", "");
  const capabilities = texts(tag.fileCaps, "capabilities", "");
  const colors = numbers(tag.fileColors, "colors", 0);
  const devices = numbers(tag.fileRdevs, "devices", 0);
  const inodes = numbers(tag.fileInodes, "inodes", 0);
  const disks = numbers(tag.fileDevices, "disks", 0);
  const seen = new Set<string>();
  return bases.map((base, at) => {
    const folder = folders[indexes[at] as number];
    if (folder === undefined) throw bad(where, "a file of it is in a folder that it does not name");
    const path = pathOf(folder + base, where);
    if (seen.has(path)) throw bad(where, `it names /${path} twice`);
    seen.add(path);
    const mode = modes[at] as number;
    const flag = flags[at] as number;
    const ghost = (flag & fileFlag.ghost) !== 0;
    // A package may know of a socket, and cannot bring one.
    const type = mode >> 12 === socket && ghost ? "file" : types.get(mode >> 12);
    if (type === undefined) throw bad(where, `/${path} is of a type that no package can bring`);
    if (path === "" && type !== "directory") throw bad(where, "its root is not a folder");
    const inode = inodes[at] as number;
    return {
      path,
      type,
      mode: mode & 0o7777,
      user: users[at] as string,
      group: groups[at] as string,
      size: sizes[at] as number,
      mtime: mtimes[at] as number,
      digest: digests[at] as string,
      link: type === "symlink" ? (links[at] as string) : "",
      flags: flag,
      languages: languages[at] as string,
      capabilities: capabilities[at] as string,
      color: colors[at] as number,
      device: devices[at] as number,
      inode: type === "file" && !ghost && inode !== 0 ? `${disks[at]}:${inode}` : undefined,
    };
  });
}

const odd = /^\.{0,2}$/;

/** @throws BAD_ARCHIVE for what is not an absolute path of plain names */
function pathOf(name: string, where: string): string {
  if (name === "/") return "";
  if (name.length > pathLimit) throw bad(where, `a path of ${name.length} characters is too long`);
  const path = name.slice(1);
  const plain =
    name.startsWith("/") && !name.includes("\0") && !path.split("/").some((part) => odd.test(part));
  if (!plain) throw bad(where, `the path ${JSON.stringify(name)} of it is not one below the root`);
  return path;
}
