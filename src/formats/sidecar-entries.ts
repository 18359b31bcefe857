import type { Entry, EntryHeader } from "../model/entry.ts";

/**
 * The entries of a folder that was extracted, as they were in the archive: with the owners, modes, times and attributes
 * of its sidecar, and with the devices and pipes that were left out. What was changed in the folder since then counts:
 * content, files that are new or gone, another mode, a later time.
 * @param entries the folder's, each folder before what is in it, links after what they link to
 */
export async function* withSidecar(
  entries: AsyncIterable<Entry>,
  sidecar: ReadonlyMap<string, EntryHeader>,
): AsyncGenerator<Entry> {
  const seen = new Set([""]);
  const root = sidecar.get("");
  if (root !== undefined) yield { ...root, content: nothing };
  for await (const entry of entries) {
    seen.add(entry.path);
    const known = inodeOf(entry.path, sidecar);
    yield known !== undefined && fits(entry, known) ? asKnown(entry, known) : entry;
  }
  const placed = new Set<string>();
  for (const header of sidecar.values()) {
    const { path, type, link } = header;
    const leftOut =
      type === "character" ||
      type === "block" ||
      type === "fifo" ||
      (type === "hardlink" && placed.has(link ?? ""));
    if (!leftOut || seen.has(path) || !seen.has(path.slice(0, Math.max(path.lastIndexOf("/"), 0)))) continue;
    placed.add(path);
    yield { ...header, content: nothing };
  }
}

const nothing = new Uint8Array(0);

/** What the archive says of the file that has this name, under whichever of its names it says so. */
function inodeOf(path: string, sidecar: ReadonlyMap<string, EntryHeader>): EntryHeader | undefined {
  const header = sidecar.get(path);
  return header?.type === "hardlink" ? sidecar.get(header.link ?? "") : header;
}

function fits({ type, link }: EntryHeader, known: EntryHeader): boolean {
  return type === "hardlink" || (type === known.type && (type !== "symlink" || link === known.link));
}

function asKnown(entry: Entry, known: EntryHeader): Entry {
  const { uid, gid, uname, gname, nanoseconds, xattrs } = known;
  return {
    ...entry,
    mode: couldBe(entry.mode, known.mode) ? known.mode : entry.mode,
    ...{ uid, gid, uname, gname },
    ...(entry.mtime === known.mtime && nanoseconds !== undefined && { nanoseconds }),
    ...(xattrs !== undefined && entry.type !== "hardlink" && { xattrs }),
  };
}

/** Whether extraction makes the one mode of the other: without set-user-ID, and open to whoever is not root. */
export function couldBe(found: number, known: number): boolean {
  const plain = known & ~0o6000;
  return [known, plain, plain | 0o400, known | 0o700].includes(found);
}
