import { createHash } from "node:crypto";
import type { Bytes } from "../bytes/bytes.ts";
import { TareError } from "../errors.ts";
import { encodeHeader, paddingFor } from "../formats/tar/encode.ts";
import type { Entry, EntryHeader } from "../model/entry.ts";
import type { FactEntry, SegmentPolicy } from "../model/segment.ts";
import { parentsOf } from "./directories.ts";
import { placer } from "./place.ts";
import { isWhiteout, whiteoutWhy } from "./whiteout.ts";

const elfMagic = [0x7f, 0x45, 0x4c, 0x46];

/** What the maker of a segment wants to know of its entries besides their headers. */
export interface SegmentWishes {
  /** Whether to remember a regular file's content. `path` is where it lies in the root. */
  capture(path: string, size: number): boolean;
  /** Whether to hash a regular file's content with md5. `path` is as the package spells it. */
  md5(path: string): boolean;
  /** Whether a path, as the package spells it, is left out where no rule of the policy matches it. */
  noise?(path: string): boolean;
}

/** The facts of a segment as they come to be known while its bytes are read. */
export interface SegmentNotes {
  readonly entries: FactEntry[];
  /** Original paths, in the package's order, left-out ones too. */
  readonly paths: string[];
  /** Those of them that are left out, or that another package keeps. */
  readonly leftOut: Set<string>;
  readonly md5: Map<string, string>;
  /** Index in `entries`, and offset in the segment, of each file that begins like an ELF file. */
  readonly elf: { readonly index: number; readonly offset: number; readonly size: number }[];
  /**
   * Files that are left out although a hardlink to them is not, each with the first such link, by their original
   * paths. They are missing from the segment: cut it again with these as its heirs.
   */
  readonly severed: Map<string, string>;
  excluded: number;
  /** Bytes of content of what was excluded. */
  excludedSize: number;
  /** Bytes of segment so far. */
  size: number;
  /** Bytes of contents that were remembered. */
  captured: number;
}

export function emptyNotes(): SegmentNotes {
  return {
    entries: [],
    paths: [],
    leftOut: new Set(),
    md5: new Map(),
    elf: [],
    severed: new Map(),
    excluded: 0,
    excludedSize: 0,
    size: 0,
    captured: 0,
  };
}

/** Remembered contents live in memory, and in the store as one text. */
const captureLimit = 64 << 20;

/**
 * A package's entries as tar bytes under a policy: no directories (each layer states them once, in its own first
 * member) and no end-of-archive blocks. `notes` is filled while the bytes are read, and is whole after the last one.
 * @param where names the package in sentences
 * @param heirs hardlinks that take the content of a file that is left out, by the file's path (`notes.severed`)
 * @param rework what becomes of the content of a regular file that is in the segment; its size may change
 * @throws BAD_ARCHIVE for a hardlink to no earlier file, or a name that means something else in a layer; TOO_LARGE
 */
export async function* segmentOf(
  entries: AsyncIterable<Entry>,
  policy: SegmentPolicy,
  wishes: SegmentWishes,
  notes: SegmentNotes,
  where: string,
  heirs: ReadonlyMap<string, string> = new Map(),
  rework: (file: Entry) => Promise<Entry> = async (file) => file,
): Bytes {
  const omitted = new Set(policy.omit);
  const files = new Set<string>();
  const place = placer(policy, (path) => wishes.noise?.(path) ?? false);
  const layOut = (header: EntryHeader) => {
    const placed = place(header);
    if (placed !== undefined && isWhiteout(placed.path))
      throw bad(where, `its /${placed.path} ${whiteoutWhy}`);
    return placed === undefined || omitted.has(placed.path) ? undefined : placed;
  };
  for await (const entry of entries) {
    notes.paths.push(entry.path);
    const { content: _, ...shipped } = entry;
    let header = layOut(shipped);
    if (header === undefined) {
      notes.leftOut.add(entry.path);
      if (place(shipped) === undefined) {
        notes.excluded += 1;
        notes.excludedSize += entry.size;
      }
      const heir = entry.type === "file" ? heirs.get(entry.path) : undefined;
      header = heir === undefined ? undefined : layOut({ ...shipped, path: heir });
      if (header === undefined) continue;
    }
    if (entry.type === "hardlink") {
      const target = entry.link ?? "";
      const heir = heirs.get(target);
      if (heir === entry.path) continue;
      if (heir !== undefined) header = layOut({ ...shipped, link: heir }) ?? header;
      else if (notes.leftOut.has(target)) {
        if (!notes.severed.has(target)) notes.severed.set(target, entry.path);
        continue;
      } else if (!files.has(target))
        throw bad(where, `its /${entry.path} is a hardlink to /${target}, which is no earlier file of it`);
    }
    if (entry.type === "file" || entry.type === "hardlink") files.add(entry.path);
    const { content, size } = entry.type === "file" ? await rework(entry) : entry;
    header = { ...header, size };
    const index = notes.entries.push(factOf(header)) - 1;
    if (header.type === "directory") continue;
    const head = encodeHeader(header);
    notes.size += head.length;
    yield head;
    if (header.type === "file" && header.size > 0) {
      yield* contentOf({ ...entry, content }, header, index, wishes, notes);
      if (notes.captured > captureLimit)
        throw new TareError({
          code: "TOO_LARGE",
          what: `The configuration of ${where}`,
          limit: captureLimit,
        });
    }
  }
}

function bad(where: string, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: "package", where, why });
}

/** Original paths of what is in the root, directories that were left out but hold something included. */
export function keptPaths({ paths, leftOut }: SegmentNotes): string[] {
  const parents = new Set(parentsOf(paths.filter((path) => !leftOut.has(path))));
  return paths.filter((path) => !leftOut.has(path) || parents.has(path));
}

function factOf(header: EntryHeader): FactEntry {
  const { xattrs: _, nanoseconds: __, ...fact } = header;
  return fact;
}

async function* contentOf(
  entry: Entry,
  header: EntryHeader,
  index: number,
  wishes: SegmentWishes,
  notes: SegmentNotes,
): Bytes {
  const captured: Uint8Array[] | undefined = wishes.capture(header.path, header.size) ? [] : undefined;
  const md5 = wishes.md5(entry.path) ? createHash("md5") : undefined;
  const source = entry.content instanceof Uint8Array ? [entry.content] : entry.content;
  // However the source is chunked, the same files are looked at: chunks of one byte happen.
  let matched = 0;
  let read = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length && read + at < elfMagic.length; at += 1)
      if (chunk[at] === elfMagic[read + at]) matched += 1;
    read += chunk.length;
    captured?.push(chunk);
    md5?.update(chunk);
    yield chunk;
  }
  if (matched === elfMagic.length) notes.elf.push({ index, offset: notes.size, size: header.size });
  if (md5) notes.md5.set(entry.path, md5.digest("hex"));
  if (captured) {
    notes.captured += header.size;
    const base64 = Buffer.concat(captured).toString("base64");
    notes.entries[index] = { ...(notes.entries[index] as FactEntry), captured: base64 };
  }
  const padding = paddingFor(header.size);
  notes.size += header.size + padding.length;
  if (padding.length > 0) yield padding;
}
