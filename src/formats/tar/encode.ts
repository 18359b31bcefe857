import type { AnyBytes, Bytes } from "../../bytes/bytes.ts";
import { byText, encodeText } from "../../bytes/text.ts";
import { TareError } from "../../errors.ts";
import type { Entry, EntryHeader, EntryType } from "../../model/entry.ts";
import {
  blockSize,
  encodeBlock,
  linkSize,
  nameSize,
  octalLimit,
  ownerNameSize,
  prefixSize,
  type RawHeader,
} from "./header.ts";
import { encodePax } from "./pax.ts";

const typeflags: Readonly<Record<EntryType, string>> = {
  file: "0",
  hardlink: "1",
  symlink: "2",
  character: "3",
  block: "4",
  directory: "5",
  fifo: "6",
};

const empty = new Uint8Array(0);
const zeros = new Uint8Array(blockSize);

/** Two blocks of zeros. */
export const endOfArchive: Uint8Array = new Uint8Array(2 * blockSize);

/** What follows `size` bytes of content, up to the next block: 0 to 511 zeros. */
export function paddingFor(size: number): Uint8Array {
  return zeros.subarray(0, (blockSize - (size % blockSize)) % blockSize);
}

/**
 * An entry's header: one ustar block, with a pax header before it when a value does not fit. Nothing is cut or
 * rounded. The same header gives the same bytes on every machine.
 */
export function encodeHeader(header: EntryHeader): Uint8Array {
  const records: [string, Uint8Array][] = [];
  const raw = ustarOf(header, records);
  const main = encodeBlock(raw);
  if (records.length === 0) return main;
  records.sort(([a], [b]) => byText(a, b));
  const body = encodePax(records);
  const pax = encodeBlock({
    ...raw,
    name: encodeText(`PaxHeaders/${asciiTail(header.path)}`),
    prefix: empty,
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: body.length,
    mtime: 0,
    typeflag: "x",
    linkname: empty,
    uname: empty,
    gname: empty,
    major: 0,
    minor: 0,
  });
  return Buffer.concat([pax, body, paddingFor(body.length), main]);
}

function asciiTail(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.replace(/[^\x21-\x7e]/g, "_").slice(0, 80);
}

function ustarOf(header: EntryHeader, records: [string, Uint8Array][]): RawHeader {
  const text = (keyword: string, value: string, size: number): Uint8Array => {
    const bytes = encodeText(value);
    const plain = bytes.every((byte) => byte < 0x80);
    if (plain && bytes.length <= size) return bytes;
    records.push([keyword, bytes]);
    return bytes.length <= size ? bytes : empty;
  };
  const number = (keyword: string, value: number, limit: number): number => {
    if (value >= 0 && value <= limit) return value;
    records.push([keyword, Buffer.from(String(value))]);
    return 0;
  };
  for (const [name, value] of header.xattrs ?? []) {
    if (/[=\0]/.test(name))
      throw unwritable(header, `no pax record can hold the attribute ${JSON.stringify(name)}`);
    records.push([`SCHILY.xattr.${name}`, value]);
  }
  return {
    ...pathOf(header, records),
    mode: header.mode,
    uid: number("uid", header.uid, octalLimit.id),
    gid: number("gid", header.gid, octalLimit.id),
    size: header.type === "file" ? number("size", header.size, octalLimit.long) : 0,
    mtime: timeOf(header, records),
    typeflag: typeflags[header.type],
    linkname: linkOf(header, text),
    uname: text("uname", header.uname, ownerNameSize),
    gname: text("gname", header.gname, ownerNameSize),
    major: device(header, header.major),
    minor: device(header, header.minor),
  };
}

/** As much of a link as fits, whatever a record says: bsdtar takes a hardlink with an empty field for a file of no type. */
function linkOf(
  { link }: EntryHeader,
  text: (keyword: string, value: string, size: number) => Uint8Array,
): Uint8Array {
  if (link === undefined) return empty;
  const plain = text("linkpath", link, linkSize);
  return plain.length > 0 ? plain : encodeText(link).subarray(0, linkSize);
}

function device(header: EntryHeader, value = 0): number {
  if (value < 0 || value > octalLimit.id)
    throw unwritable(header, `the device number ${value} fits no tar header`);
  return value;
}

function unwritable(header: EntryHeader, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: "tar entry", where: header.path, why });
}

/** The name in `name`, or split at a slash between `prefix` and `name`, or in a record. */
function pathOf(
  header: EntryHeader,
  records: [string, Uint8Array][],
): { name: Uint8Array; prefix: Uint8Array } {
  const path = header.path === "" ? "./" : header.type === "directory" ? `${header.path}/` : header.path;
  const bytes = encodeText(path);
  if (bytes.some((byte) => byte >= 0x80)) {
    records.push(["path", bytes]);
    return { name: bytes.subarray(0, nameSize), prefix: empty };
  }
  if (bytes.length <= nameSize) return { name: bytes, prefix: empty };
  const slash = bytes.lastIndexOf(0x2f, Math.min(prefixSize, bytes.length - 2));
  if (slash > 0 && bytes.length - slash - 1 <= nameSize)
    return { prefix: bytes.subarray(0, slash), name: bytes.subarray(slash + 1) };
  records.push(["path", bytes]);
  return { name: bytes.subarray(0, nameSize), prefix: empty };
}

function timeOf(header: EntryHeader, records: [string, Uint8Array][]): number {
  const { mtime, nanoseconds = 0 } = header;
  if (nanoseconds === 0 && mtime >= 0 && mtime <= octalLimit.long) return mtime;
  records.push(["mtime", Buffer.from(decimalTime(mtime, nanoseconds))]);
  return mtime >= 0 && mtime <= octalLimit.long ? mtime : 0;
}

/** -1 s and 500,000,000 ns is "-0.5". */
function decimalTime(seconds: number, nanoseconds: number): string {
  if (nanoseconds === 0) return String(seconds);
  const negative = seconds < 0;
  const whole = negative ? -(seconds + 1) : seconds;
  const fraction = negative ? 1_000_000_000 - nanoseconds : nanoseconds;
  return `${negative ? "-" : ""}${whole}.${String(fraction).padStart(9, "0").replace(/0+$/, "")}`;
}

/**
 * A whole archive, ended with two blocks of zeros.
 * @throws TRUNCATED or TOO_LARGE when an entry's content is not as long as its header says
 */
export async function* writeTar(entries: AsyncIterable<Entry> | Iterable<Entry>): Bytes {
  for await (const entry of entries) yield* encodeEntry(entry);
  yield endOfArchive;
}

/** One entry: header, content, padding. */
export async function* encodeEntry(entry: Entry): Bytes {
  yield encodeHeader(entry);
  if (entry.type !== "file" || entry.size === 0) return;
  const source: AnyBytes = entry.content instanceof Uint8Array ? [entry.content] : entry.content;
  let size = 0;
  for await (const chunk of source) {
    size += chunk.byteLength;
    if (size > entry.size) throw new TareError({ code: "TOO_LARGE", what: entry.path, limit: entry.size });
    yield chunk;
  }
  if (size < entry.size)
    throw new TareError({ code: "TRUNCATED", what: entry.path, want: entry.size, got: size });
  const padding = paddingFor(size);
  if (padding.length > 0) yield padding;
}
