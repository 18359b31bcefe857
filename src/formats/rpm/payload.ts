import type { AnyBytes } from "../../bytes/bytes.ts";
import type { Entry, EntryHeader } from "../../model/entry.ts";
import { readCpio } from "../cpio.ts";
import { fileCapabilities } from "../file-capabilities.ts";
import { bad } from "./bad.ts";
import { withDigests } from "./digest.ts";
import { fileFlag, type RpmFile } from "./files.ts";

const empty = new Uint8Array(0);

/**
 * A package's files as entries, from its cpio archive: what is said of them comes from the header, which is signed, and
 * only their contents from the archive. Of files with several names the archive has the content at the last; here
 * the first name comes with it, and the others are hardlinks to that. Ghosts are no entries. Owners are names:
 * `uid` and `gid` are 0 for whoever knows the accounts to fill in.
 * @param algorithm of the files' digests
 * @throws BAD_ARCHIVE for an archive that is not what the header says, DIGEST_MISMATCH, TRUNCATED
 */
export async function* readPayload(
  archive: AnyBytes,
  files: readonly RpmFile[],
  algorithm: string,
  where: string,
): AsyncGenerator<Entry> {
  const places = new Map(files.map((file, place) => [file.path, place]));
  const sets = hardlinkSets(files);
  const found = new Uint8Array(files.length);
  const sizeOf = (place: number): number | undefined => {
    const file = files[place];
    return file && contentSize(file, place, sets);
  };
  for await (const member of readCpio(archive, where, sizeOf)) {
    const place = typeof member.name === "number" ? member.name : places.get(plainName(member.name));
    const file = place === undefined ? undefined : files[place];
    if (place === undefined || file === undefined)
      throw bad(where, `its archive brings ${JSON.stringify(member.name)}, which its header does not name`);
    if (found[place] === 1) throw bad(where, `its archive brings /${file.path} twice`);
    found[place] = 1;
    // Packages of rpm before 4.11 may hold some.
    if (isGhost(file)) continue;
    if (member.size !== contentSize(file, place, sets))
      throw bad(
        where,
        `/${file.path} has ${member.size} bytes in its archive, and ${file.size} by its header`,
      );
    const set = sets.get(place);
    if (set !== undefined && set.at(-1) !== place) continue;
    const [first = place, ...others] = set ?? [];
    const header = headerOf(files[first] as RpmFile, where);
    yield {
      ...header,
      content: header.size === 0 ? empty : checked(member.content, file, algorithm, where),
    };
    for (const other of others) {
      if (found[other] !== 1) throw missing(files[other] as RpmFile, where);
      yield {
        ...header,
        path: (files[other] as RpmFile).path,
        type: "hardlink",
        size: 0,
        link: header.path,
        content: empty,
      };
    }
    if (first !== place && found[first] !== 1) throw missing(files[first] as RpmFile, where);
  }
  for (const [place, file] of files.entries())
    if (found[place] !== 1 && !isGhost(file)) throw missing(file, where);
}

function missing(file: RpmFile, where: string) {
  return bad(where, `its archive lacks /${file.path}`);
}

function isGhost(file: RpmFile): boolean {
  return (file.flags & fileFlag.ghost) !== 0;
}

function plainName(name: string): string {
  return name.replace(/^(?:\.?\/)+|^\.$/, "");
}

/** Places of files that are one, in order, by the place of each of them. */
function hardlinkSets(files: readonly RpmFile[]): ReadonlyMap<number, readonly number[]> {
  const byInode = new Map<string, number[]>();
  for (const [place, { inode }] of files.entries()) {
    if (inode === undefined) continue;
    const set = byInode.get(inode);
    if (set === undefined) byInode.set(inode, [place]);
    else set.push(place);
  }
  const sets = new Map<number, readonly number[]>();
  for (const set of byInode.values()) if (set.length > 1) for (const place of set) sets.set(place, set);
  return sets;
}

/** Bytes that the archive has for a file. */
function contentSize(file: RpmFile, place: number, sets: ReadonlyMap<number, readonly number[]>): number {
  if (file.type === "symlink") return file.size;
  if (file.type !== "file") return 0;
  const last = sets.get(place)?.at(-1) ?? place;
  return last === place ? file.size : 0;
}

function checked(content: AnyBytes, file: RpmFile, algorithm: string, where: string) {
  const what = `${where}: /${file.path}`;
  if (file.digest === "") throw bad(where, `its header has no digest of /${file.path}`);
  return withDigests(content, [{ algorithm, hex: file.digest.toLowerCase() }], what);
}

function headerOf(file: RpmFile, where: string): EntryHeader {
  const { path, type, mode, user, group, mtime, capabilities, device } = file;
  const attribute = capabilities === "" ? undefined : fileCapabilities(capabilities);
  if (capabilities !== "" && attribute === undefined)
    throw bad(where, `/${path} has the capabilities ${JSON.stringify(capabilities)}, which no file can have`);
  if (type === "symlink" && (file.link === "" || file.link.length > 4095))
    throw bad(where, `/${path} is a symlink whose text no system takes`);
  return {
    path,
    type,
    mode,
    uid: 0,
    gid: 0,
    uname: user,
    gname: group,
    size: type === "file" ? file.size : 0,
    mtime,
    ...(type === "symlink" && { link: file.link }),
    ...((type === "character" || type === "block") && { major: device >> 8, minor: device & 0xff }),
    ...(attribute !== undefined && { xattrs: new Map([["security.capability", attribute]]) }),
  };
}
