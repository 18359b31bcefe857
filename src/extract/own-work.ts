import { createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { decodeText } from "../bytes/text.ts";
import { readSidecar } from "../formats/sidecar.ts";
import type { EntryHeader } from "../model/entry.ts";

/**
 * What somebody did in an extracted folder since then, of which nothing may be lost: the first file, link or folder that
 * the sidecar does not know, or that is not as it says any more (content by size and time). As in `etc/motd was changed
 * since`; undefined when there is nothing. Attributes do not count: extraction itself may have changed them.
 * @throws BAD_ARCHIVE for a sidecar that is not sound; system errors
 */
export async function ownWorkIn(folder: string, sidecar: string): Promise<string | undefined> {
  const known = await readSidecar(createReadStream(sidecar, { highWaterMark: 1 << 20 }), sidecar);
  const implied = new Set<string>();
  for (const path of known.keys())
    for (let at = above(path); at !== "" && !known.has(at) && !implied.has(at); at = above(at))
      implied.add(at);
  const waiting = [{ path: "", place: Buffer.from(folder) }];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop())
    for (const found of await readdir(one.place, { withFileTypes: true, encoding: "buffer" })) {
      const name = decodeText(found.name);
      const path = one.path === "" ? name : `${one.path}/${name}`;
      const place = Buffer.concat([one.place, Buffer.from("/"), found.name]);
      if (found.isDirectory()) {
        if (known.get(path)?.type !== "directory" && !implied.has(path)) return `${path} was not extracted`;
        waiting.push({ path, place });
      } else {
        const header = inodeOf(path, known);
        if (header === undefined) return `${path} was not extracted`;
        if (!(await isAsExtracted(place, header))) return `${path} was changed since`;
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

async function isAsExtracted(place: Buffer, { type, size, mtime, link }: EntryHeader): Promise<boolean> {
  const found = await lstat(place);
  if (type === "symlink")
    return found.isSymbolicLink() && decodeText(await readlink(place, { encoding: "buffer" })) === link;
  if (type !== "file") return !found.isFile() && !found.isSymbolicLink();
  return found.isFile() && found.size === size && isTime(found.mtimeMs, mtime);
}

/** A file system may round times, and has no very early or late ones; whoever writes now leaves another one. */
function isTime(milliseconds: number, seconds: number): boolean {
  return Math.abs(milliseconds / 1000 - seconds) <= 2 || seconds < 0 || seconds > 0xffff_ffff;
}
