import { open } from "node:fs/promises";
import type { Bytes } from "../bytes/bytes.ts";
import { compressionOf, decompress } from "../bytes/compression/compression.ts";
import { TareError } from "../errors.ts";
import { readTar } from "../formats/tar/decode.ts";
import type { EntryHeader } from "../model/entry.ts";
import { type FileSet, type FoundFile, readPart } from "./file-set.ts";

const entryLimit = 50_000;
const blockSize = 512;
const linkLimit = 8;

/** Where an archive's file begins, or where its link leads. */
type Slot = { readonly start: number; readonly size: number } | { readonly link: string };

/**
 * The files of a tar, found once and opened where they lie. A compressed archive works, too, but each file is then
 * reached by unpacking all that is before it. Symlinks are followed inside the archive (`docker save` makes them).
 * `where` is what sentences call it.
 * @throws BAD_ARCHIVE for a damaged archive, and for one that has a path twice: readers would disagree on it
 */
export async function archiveFiles(file: string, where = file): Promise<FileSet> {
  const { size, compressed } = await look(file);
  const from = compressed
    ? (start: number, signal?: AbortSignal) => skip(decompress(readPart(file, 0, size, signal), where), start)
    : (start: number, signal?: AbortSignal) => readPart(file, start, Math.max(size - start, 0), signal);
  const slots = await (compressed ? readSlots(from(0), where) : seekSlots(file, size, where));

  const find = async (path: string): Promise<FoundFile | undefined> => {
    let at = path;
    for (let links = 0; links <= linkLimit; links += 1) {
      const slot = slots.get(at);
      if (slot === undefined) return undefined;
      if ("start" in slot) {
        const open = (signal?: AbortSignal) => take(from(slot.start, signal), slot.size);
        return { size: slot.size, open, part: compressed ? undefined : { file, ...slot } };
      }
      at = slot.link;
    }
    return undefined;
  };
  return { where, find };
}

/** Whether each of an archive's files is reached by unpacking all that is before it. */
export async function isCompressed(file: string): Promise<boolean> {
  return (await look(file)).compressed;
}

async function look(file: string): Promise<{ size: number; compressed: boolean }> {
  const handle = await open(file, "r");
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(6), 0, 6, 0);
    const compressed = compressionOf(buffer.subarray(0, bytesRead)) !== "none";
    return { size: (await handle.stat()).size, compressed };
  } finally {
    await handle.close();
  }
}

/** Reads headers and jumps over what is between them. */
async function seekSlots(file: string, size: number, where: string): Promise<ReadonlyMap<string, Slot>> {
  const slots = new Map<string, Slot>();
  const handle = await open(file, "r");
  try {
    for (let at = 0; at < size; ) {
      let taken = 0;
      const blocks = async function* (): Bytes {
        const buffer = Buffer.allocUnsafe(4 * blockSize);
        for (let position = at; ; position += buffer.byteLength) {
          const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength, position);
          if (bytesRead === 0) return;
          for (const block of blocksOf(Buffer.from(buffer.subarray(0, bytesRead)))) {
            taken += block.byteLength;
            yield block;
          }
        }
      };
      const entries = readTar(blocks(), where);
      const next = await entries.next();
      if (next.done) break;
      // A reader takes a header block by block, so what it took so far ends where the content begins.
      const start = at + taken;
      await entries.return(undefined);
      keep(slots, next.value, start, where);
      if (start + next.value.size > size) throw bad(where, `it ends within ${next.value.path}`);
      at = start + Math.ceil(next.value.size / blockSize) * blockSize;
    }
  } finally {
    await handle.close();
  }
  return slots;
}

async function readSlots(source: Bytes, where: string): Promise<ReadonlyMap<string, Slot>> {
  const slots = new Map<string, Slot>();
  let taken = 0;
  const blocks = async function* (): Bytes {
    let rest: Uint8Array = new Uint8Array(0);
    for await (const chunk of source) {
      const whole = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk]);
      const even = whole.byteLength - (whole.byteLength % blockSize);
      for (const block of blocksOf(whole.subarray(0, even))) {
        taken += block.byteLength;
        yield block;
      }
      rest = Buffer.from(whole.subarray(even));
    }
    if (rest.byteLength > 0) yield rest;
  };
  for await (const entry of readTar(blocks(), where)) keep(slots, entry, taken, where);
  return slots;
}

function* blocksOf(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += blockSize) yield bytes.subarray(at, at + blockSize);
}

function keep(slots: Map<string, Slot>, entry: EntryHeader, start: number, where: string): void {
  if (entry.type === "directory") return;
  if (slots.has(entry.path)) throw bad(where, `it has ${entry.path} twice`);
  if (slots.size >= entryLimit) throw bad(where, `it has more than ${entryLimit} files`);
  if (entry.type === "file") slots.set(entry.path, { start, size: entry.size });
  else if (entry.type === "hardlink") slots.set(entry.path, { link: entry.link ?? "" });
  else if (entry.type === "symlink") {
    const link = joinInside(entry.path, entry.link ?? "");
    if (link !== undefined) slots.set(entry.path, { link });
  }
}

/** Undefined for a symlink that leads out of the archive. */
function joinInside(path: string, link: string): string | undefined {
  const segments = link.startsWith("/") ? [] : path.split("/").slice(0, -1);
  for (const segment of link.split("/"))
    if (segment === "..") {
      if (segments.pop() === undefined) return undefined;
    } else if (segment !== "" && segment !== ".") segments.push(segment);
  return segments.join("/");
}

async function* skip(source: Bytes, count: number): Bytes {
  let left = count;
  for await (const chunk of source) {
    if (chunk.byteLength > left) yield chunk.subarray(left);
    left = Math.max(left - chunk.byteLength, 0);
  }
}

async function* take(source: Bytes, count: number): Bytes {
  let left = count;
  if (left === 0) return;
  for await (const chunk of source) {
    yield chunk.subarray(0, left);
    left -= chunk.byteLength;
    if (left <= 0) return;
  }
}

function bad(where: string, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: "tar", where, why });
}
