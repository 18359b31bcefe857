import { type BigIntStats, createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { decodeText } from "../bytes/text.ts";
import { readSidecar } from "../formats/sidecar.ts";
import { couldBe } from "../formats/sidecar-entries.ts";
import { type EntryHeader, rootOwned } from "../model/entry.ts";

/**
 * What somebody did in an extracted folder since then, of which nothing may be lost: the first file, link or folder that
 * the sidecar does not know, or that is not as it says any more. As in `etc/motd was changed since`; undefined when
 * there is nothing. A file is written, given an owner or mode, or linked to only with a new inode change time, which
 * nobody can put back; the sidecar was written last, so nothing that was extracted is younger. What a folder holds changes that
 * time as well, so folders go by their mode and owner.
 * @throws BAD_ARCHIVE for a sidecar that is not sound; system errors
 */
export async function ownWorkIn(folder: string, sidecar: string): Promise<string | undefined> {
  const written = await lstat(sidecar, { bigint: true });
  const known = await readSidecar(createReadStream(sidecar, { highWaterMark: 1 << 20 }), sidecar);
  const implied = new Set<string>();
  for (const path of known.keys())
    for (let at = above(path); at !== "" && !known.has(at) && !implied.has(at); at = above(at))
      implied.add(at);
  const folderOf = (path: string) =>
    known.get(path) ??
    (path === "" || implied.has(path) ? rootOwned(path, "directory", 0o755, 0) : undefined);
  const waiting = [{ path: "", place: Buffer.from(folder) }];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    const header = folderOf(one.path);
    if (header?.type !== "directory") return `${one.path} was not extracted`;
    if (!isFolderAsExtracted(await lstat(one.place, { bigint: true }), header, written))
      return `${one.path === "" ? "the folder's mode or owner" : one.path} was changed since`;
    for (const found of await readdir(one.place, { withFileTypes: true, encoding: "buffer" })) {
      const name = decodeText(found.name);
      const path = one.path === "" ? name : `${one.path}/${name}`;
      const place = Buffer.concat([one.place, Buffer.from("/"), found.name]);
      if (found.isDirectory()) waiting.push({ path, place });
      else {
        const header = inodeOf(path, known);
        if (header === undefined) return `${path} was not extracted`;
        if (!(await isAsExtracted(place, header, written))) return `${path} was changed since`;
      }
    }
  }
  return undefined;
}

function above(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

/** What the archive says of the file that has this name, under whichever of its names it says so. */
function inodeOf(path: string, known: ReadonlyMap<string, EntryHeader>): EntryHeader | undefined {
  const header = known.get(path);
  return header?.type === "hardlink" ? known.get(header.link ?? "") : header;
}

async function isAsExtracted(place: Buffer, header: EntryHeader, written: BigIntStats): Promise<boolean> {
  const { type, size, mtime, link } = header;
  const found = await lstat(place, { bigint: true });
  if (found.ctimeNs > written.mtimeNs) return false;
  if (type === "symlink")
    return found.isSymbolicLink() && decodeText(await readlink(place, { encoding: "buffer" })) === link;
  if (type !== "file") return !found.isFile() && !found.isSymbolicLink();
  return found.isFile() && found.size === BigInt(size) && isTime(Number(found.mtimeMs), mtime);
}

/** Extraction sets the archive's owner, or leaves that of whoever extracts, whose the sidecar is as well. */
function isFolderAsExtracted(found: BigIntStats, header: EntryHeader, { uid, gid }: BigIntStats): boolean {
  const mode = Number(found.mode) & 0o7777;
  return (
    couldBe(mode, header.mode) &&
    (found.uid === uid || found.uid === BigInt(header.uid)) &&
    (found.gid === gid || found.gid === BigInt(header.gid))
  );
}

/** A file system may round times, and has no very early or late ones; whoever writes now leaves another one. */
function isTime(milliseconds: number, seconds: number): boolean {
  return Math.abs(milliseconds / 1000 - seconds) <= 2 || seconds < 0 || seconds > 0xffff_ffff;
}
