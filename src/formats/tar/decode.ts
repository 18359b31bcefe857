import type { AnyBytes } from "../../bytes/bytes.ts";
import { drain } from "../../bytes/bytes.ts";
import { ByteReader } from "../../bytes/reader.ts";
import { decodeText } from "../../bytes/text.ts";
import type { Entry, EntryHeader, EntryType } from "../../model/entry.ts";
import { bad, blockSize, decodeBlock, type RawHeader } from "./header.ts";
import { containedPath, pathLimit } from "./path.ts";
import { decodePax, paxLimit } from "./pax.ts";
import { dense, isSparse, readSparse } from "./sparse.ts";

const types: Readonly<Record<string, EntryType>> = {
  "\0": "file",
  "0": "file",
  "1": "hardlink",
  "2": "symlink",
  "3": "character",
  "4": "block",
  "5": "directory",
  "6": "fifo",
  "7": "file",
  S: "file",
};

const empty = new Uint8Array(0);

/** Bytes of zeros that an archive's sparse files may come to: a small one could claim any number of them. */
const holesLimit = 64 * 2 ** 30;

/**
 * What no global header may set. GNU tar and Python name each entry so, as POSIX has it; Go (docker, podman) and bsdtar
 * do not: an archive must not show one tree here and unpack to another there.
 */
const disputed = ["path", "linkpath", "size", "GNU.sparse.name"] as const;

/** What the extension headers before an entry say of it. */
interface Extensions {
  readonly pax: Map<string, Uint8Array>;
  /** Bytes of all of them. */
  size: number;
  longName?: Uint8Array;
  longLink?: Uint8Array;
}

/** Who hears of what an entry does not say. */
export interface TarListeners {
  /** Hears of each of GNU's sparse files, whose content then has zeros for its holes; without it, they are refused. */
  readonly onSparse?: (path: string) => void;
  /** Is shown the pax records of each entry before it comes: some programs keep there what no header says. */
  readonly onRecords?: (path: string, records: ReadonlyMap<string, Uint8Array>) => void;
  /** Is shown how an entry's path, and a hardlink's target, are spelled in the archive, before it comes. */
  readonly onNames?: (name: string, link: string) => void;
  /** Is told, at the end, of bytes behind the end mark that are not all zeros. */
  readonly onTrailing?: (trailing: Trailing) => void;
}

/**
 * The entries of a tar: v7, ustar, pax and GNU. An entry's content is a stream over the archive itself: read it
 * before asking for the next entry, or it is passed over. The source is read to its last byte, past the end mark.
 * Paths are contained, those of hardlinks' targets too: `..` is refused, a leading `/` is the root. A symlink's text
 * stays as it is.
 * @throws BAD_ARCHIVE, TRUNCATED; `where` names the archive in the sentence
 */
export async function* readTar(
  source: AnyBytes,
  where: string,
  { onSparse, onRecords, onNames, onTrailing }: TarListeners = {},
): AsyncGenerator<Entry> {
  const reader = new ByteReader(source);
  const global: Extensions = { pax: new Map(), size: 0 };
  let extensions: Extensions = { pax: new Map(), size: 0 };
  let holes = 0;
  try {
    while (true) {
      const block = await reader.read(blockSize, where);
      const raw = block && decodeBlock(block, where);
      if (block === undefined && extensions.size > 0)
        throw bad(where, "it ends behind an extension header, without the entry that it belongs to");
      if (block === undefined || raw === undefined) break;
      if (isExtension(raw.typeflag)) {
        // GNU tar and Go let a second pax header of one entry replace the first: so do we, or the same archive would be
        // another tree to docker.
        if (raw.typeflag === "x") extensions.pax.clear();
        await readExtension(reader, raw, raw.typeflag === "g" ? global : extensions, where);
        const moved = disputed.find((keyword) => (global.pax.get(keyword)?.length ?? 0) > 0);
        if (moved !== undefined)
          throw bad(where, `its global header sets a ${moved}, which programs do not read alike`);
        continue;
      }
      const { pax } = extensions;
      const header = headerOf(raw, extensions, global.pax, where, onNames);
      if (pax.size > 0) onRecords?.(header.path, pax);
      extensions = { pax: new Map(), size: 0 };
      const padded = Math.ceil(header.size / blockSize) * blockSize - header.size;
      const what = `${where}: ${header.path}`;
      if (isSparse(raw, pax)) {
        if (onSparse === undefined || header.type !== "file")
          throw bad(where, `${header.path} is a sparse file, which has no plain content`);
        const file = await readSparse(reader, block, raw, pax, header.size, where);
        holes += file.size - header.size;
        if (holes > holesLimit) throw bad(where, `its sparse files have holes of ${holes} bytes`);
        onSparse(header.path);
        const end = reader.offset + header.size - file.mapSize;
        yield { ...header, size: file.size, content: dense(file, reader, what) };
        await drain(reader.stream(end - reader.offset, what));
      } else if (header.size === 0) yield { ...header, content: empty };
      else {
        const end = reader.offset + header.size;
        yield { ...header, content: reader.stream(header.size, what) };
        // Whoever stopped early left the rest to us.
        await drain(reader.stream(end - reader.offset, what));
      }
      if (padded > 0 && (await reader.read(padded, where)) === undefined)
        throw bad(where, `it ends within the padding of ${header.path}`);
    }
    if (onTrailing === undefined) await drain(reader.rest());
    else await watchTrailing(reader, onTrailing);
  } finally {
    await reader.close();
  }
}

/** What follows the end mark of a tar and its padding: bytes that belong to no entry. */
export interface Trailing {
  /** Where the first byte stands that is not zero. */
  readonly from: number;
  /** Bytes from there to the end. */
  readonly size: number;
}

async function watchTrailing(reader: ByteReader, onTrailing: (trailing: Trailing) => void): Promise<void> {
  let from: number | undefined;
  for (
    let at = reader.offset, chunk = await reader.some();
    chunk !== undefined;
    chunk = await reader.some()
  ) {
    const first = from === undefined ? chunk.findIndex((byte) => byte !== 0) : -1;
    if (first >= 0) from = at + first;
    at = reader.offset;
  }
  if (from !== undefined) onTrailing({ from, size: reader.offset - from });
}

function isExtension(typeflag: string): boolean {
  return typeflag === "x" || typeflag === "g" || typeflag === "L" || typeflag === "K";
}

async function readExtension(
  reader: ByteReader,
  raw: RawHeader,
  into: Extensions,
  where: string,
): Promise<void> {
  into.size += raw.size;
  if (raw.size < 0 || into.size > paxLimit)
    throw bad(where, `extension headers of ${into.size} bytes are too large`);
  const body = (await reader.read(raw.size, where)) ?? empty;
  const padding = Math.ceil(raw.size / blockSize) * blockSize - raw.size;
  if (body.length < raw.size || (padding > 0 && (await reader.read(padding, where)) === undefined))
    throw bad(where, "it ends within an extension header");
  if (raw.typeflag === "L" || raw.typeflag === "K") {
    const end = body.indexOf(0);
    const text = end < 0 ? body : body.subarray(0, end);
    if (raw.typeflag === "L") into.longName = text;
    else into.longLink = text;
  } else for (const [key, value] of decodePax(body, where)) into.pax.set(key, value);
}

function headerOf(
  raw: RawHeader,
  extensions: Extensions,
  global: ReadonlyMap<string, Uint8Array>,
  where: string,
  onNames: TarListeners["onNames"],
): EntryHeader {
  // An empty value takes a record back (POSIX pax, "Keyword Precedence").
  const record = (keyword: string): Uint8Array | undefined => {
    const value = extensions.pax.get(keyword) ?? global.get(keyword);
    return value !== undefined && value.length > 0 ? value : undefined;
  };
  const name = decodeText(
    record("GNU.sparse.name") ?? record("path") ?? extensions.longName ?? joined(raw.prefix, raw.name),
  );
  const path = containedPath(name, where);
  const known = types[raw.typeflag];
  if (known === undefined) throw bad(where, `${path} has the unknown type ${JSON.stringify(raw.typeflag)}`);
  const type = known === "file" && name.endsWith("/") ? "directory" : known;
  if (path === "" && type !== "directory") throw bad(where, `it has a ${type} without a name`);
  const integer = (keyword: string, plain: number) => {
    const value = record(keyword);
    return value === undefined ? plain : integerOf(value, keyword, where, path);
  };
  const size = integer("size", raw.size);
  if (size < 0) throw bad(where, `${path} has a negative size`);
  const linkname = decodeText(record("linkpath") ?? extensions.longLink ?? raw.linkname);
  const identity = (keyword: "uid" | "gid") => {
    const id = integer(keyword, raw[keyword]);
    if (id < 0 || id > largestId) throw bad(where, `${path} has the ${keyword} ${id}, which nobody can have`);
    return id;
  };
  const xattrs = xattrsOf(extensions.pax);
  const device = type === "character" || type === "block";
  onNames?.(name, linkname);
  return {
    path,
    type,
    mode: raw.mode & 0o7777,
    uid: identity("uid"),
    gid: identity("gid"),
    uname: decodeText(record("uname") ?? raw.uname),
    gname: decodeText(record("gname") ?? raw.gname),
    size: type === "file" ? size : 0,
    ...timeOf(record("mtime"), raw.mtime, where, path),
    ...(type === "symlink" && { link: linkText(linkname, path, where) }),
    ...(type === "hardlink" && { link: linkedFile(linkname, path, where) }),
    ...(device && { major: raw.major, minor: raw.minor }),
    ...(xattrs.size > 0 && { xattrs }),
  };
}

/** 4,294,967,295 is -1 to chown(2): it would leave the file to whoever unpacks it. */
const largestId = 0xff_ff_ff_fe;

function linkText(text: string, path: string, where: string): string {
  if (text === "" || text.includes("\0") || text.length > pathLimit)
    throw bad(where, `${path} is a symlink whose text no system takes`);
  return text;
}

function linkedFile(name: string, path: string, where: string): string {
  const target = containedPath(name, where);
  if (target === "" || target === path) throw bad(where, `${path} is a hardlink to itself or to no file`);
  return target;
}

function joined(prefix: Uint8Array, name: Uint8Array): Uint8Array {
  return prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from("/"), name]);
}

function integerOf(value: Uint8Array, keyword: string, where: string, path: string): number {
  const text = decodeText(value);
  const number = /^-?0*[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw bad(where, `${path} has a pax ${keyword} that is not a number`);
  return number;
}

/** Decimal seconds, as many digits as the writer liked; nanoseconds are what we keep. */
function timeOf(
  record: Uint8Array | undefined,
  plain: number,
  where: string,
  path: string,
): { mtime: number; nanoseconds?: number } {
  if (record === undefined) return { mtime: plain };
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(decodeText(record));
  if (!match) throw bad(where, `${path} has a pax mtime that is not a time`);
  const [, sign, digits = "0", decimals = ""] = match;
  const whole = Number(digits);
  const nanoseconds = Number(decimals.slice(0, 9).padEnd(9, "0"));
  if (sign !== "-") return nanoseconds === 0 ? { mtime: whole } : { mtime: whole, nanoseconds };
  return nanoseconds === 0
    ? { mtime: whole === 0 ? 0 : -whole }
    : { mtime: -whole - 1, nanoseconds: 1_000_000_000 - nanoseconds };
}

const xattrPrefix = "SCHILY.xattr.";

function xattrsOf(pax: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  const xattrs = new Map<string, Uint8Array>();
  for (const [key, value] of pax)
    if (key.startsWith(xattrPrefix)) xattrs.set(key.slice(xattrPrefix.length), Uint8Array.from(value));
  return xattrs;
}
