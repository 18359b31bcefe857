import { collect, limited } from "../../../bytes/bytes.ts";
import { decompress } from "../../../bytes/compression/compression.ts";
import { TareError } from "../../../errors.ts";
import { readTar } from "../../../formats/tar/decode.ts";
import type { Entry, EntryHeader } from "../../../model/entry.ts";
import { manifestLimit } from "./manifest.ts";
import { isCode, isInNamedFolder, mentionsIn } from "./slim.ts";

/** What a tarball installs, known before any of it is written. */
export interface Survey {
  /** By where it lies below the package's folder: files and folders, in the tar's order. */
  readonly files: ReadonlyMap<string, SurveyedEntry>;
  /** `package.json` of each package in the tarball, by the package's folder: empty for the package itself. */
  readonly manifests: ReadonlyMap<string, Uint8Array>;
  /** `mentionsIn` the code of each of them. */
  readonly mentions: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface SurveyedEntry {
  /** Counted from 0 over all entries of the tar. */
  readonly index: number;
  readonly header: EntryHeader;
  /** Offset of the carriage return that ends its `#!` line, where there is one: no system finds such a program. */
  readonly returnAt: number | undefined;
}

/** Bytes of a tarball unpacked, and the number of its entries: far more than the largest real ones have. */
const plainLimit = 8 * 2 ** 30;
/** Larger ones are decompressed again. */
const heldLimit = 16 << 20;
const countLimit = 200_000;
/** Code beyond this is not looked through. */
const codeLimit = 64 << 20;
/** How far npm looks for the end of a first line. */
const firstLine = 2048;

/** A tarball's entries, from the first on every call. */
export type OpenTarball = () => AsyncGenerator<Entry>;

/**
 * Opens a tarball, compressed as it may be, to be read more than once: unpacked in memory where it is small.
 * @throws BAD_ARCHIVE; the entries also TRUNCATED, TOO_LARGE
 */
export async function openTarball(tarball: Uint8Array, where: string): Promise<OpenTarball> {
  const plain = () => limited(decompress([tarball], where), plainLimit, `${where}, unpacked,`);
  const held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of plain()) {
    size += chunk.length;
    if (size > heldLimit) return () => readTar(plain(), where);
    held.push(chunk);
  }
  return () => readTar(held, where);
}

/**
 * Reads a tarball through, as npm would unpack it (pacote's extraction): the first folder of every path goes, whatever
 * its name; links, devices and FIFOs are no part of a package; of two entries of one path the later one stands.
 * @param mentioning whether code is looked through
 * @throws BAD_ARCHIVE, TRUNCATED, TOO_LARGE
 */
export async function surveyOf(open: OpenTarball, where: string, mentioning: boolean): Promise<Survey> {
  const seen: Seen[] = [];
  let index = -1;
  for await (const entry of open()) {
    index += 1;
    if (index === countLimit) throw tooMany(where);
    if (entry.type === "file" || entry.type === "directory")
      seen.push({ index, ...(await lookAt(entry, where, mentioning)) });
  }
  const files = new Map<string, SurveyedEntry>();
  const manifests = new Map<string, Uint8Array>();
  const mentions = new Map<string, Set<string>>();
  for (const [path, { index, header, manifest, mentioned, returnAt }] of standing(seen)) {
    files.set(path, { index, header: { ...header, path }, returnAt });
    const { folder, inside } = packageOf(path);
    if (inside === "package.json" && manifest !== undefined) manifests.set(folder, manifest);
    if (mentioned !== undefined && !isInNamedFolder(inside))
      mentions.set(folder, new Set([...(mentions.get(folder) ?? []), ...mentioned]));
  }
  return { files, manifests, mentions };
}

interface Seen {
  readonly index: number;
  readonly header: EntryHeader;
  readonly manifest?: Uint8Array;
  readonly mentioned?: ReadonlySet<string>;
  readonly returnAt: number | undefined;
}

async function lookAt(entry: Entry, where: string, mentioning: boolean): Promise<Omit<Seen, "index">> {
  const { content, ...header } = entry;
  const { path, size } = header;
  const isManifest = /(?:^|\/)package\.json$/.test(path);
  const isRead = isManifest ? size <= manifestLimit : mentioning && size <= codeLimit && isCode(path);
  const source = content instanceof Uint8Array ? [content] : content;
  const bytes = isRead ? await collect(source, size, where) : await start(source);
  return {
    header,
    returnAt: returnOf(bytes),
    ...(isManifest && isRead && { manifest: bytes }),
    ...(!isManifest && isRead && { mentioned: mentionsIn(bytes.toString("latin1")) }),
  };
}

/** The first bytes of a file; the tar reader passes over the others. */
async function start(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= firstLine) break;
  }
  return Buffer.concat(parts);
}

function returnOf(bytes: Buffer): number | undefined {
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) return undefined;
  const end = bytes.subarray(0, firstLine).indexOf("\r\n");
  const line = bytes.subarray(0, firstLine).indexOf("\n");
  return end > 2 && line === end + 1 ? end : undefined;
}

/** What stands at each path once everything is unpacked. */
function standing(seen: readonly Seen[]): Map<string, Seen> {
  // `tar -C folder .` writes `./package.json`, whose first folder is `.`; here it has none.
  const flat = seen.some(({ header }) => header.path === "package.json" && header.type === "file");
  const ignores = new Set<string>();
  const found = new Map<string, Seen>();
  for (const one of seen) {
    const path = flat ? one.header.path : afterFirst(one.header.path);
    const standsAt = one.header.type === "file" ? ignoreFile(path, ignores) : path;
    if (standsAt === undefined || standsAt === "") continue;
    found.delete(standsAt);
    found.set(standsAt, one);
  }
  return found;
}

function afterFirst(path: string): string {
  const slash = path.indexOf("/");
  return slash < 0 ? "" : path.slice(slash + 1);
}

/** npm renames `.gitignore` to `.npmignore`, unless that came before it. */
function ignoreFile(path: string, ignores: Set<string>): string | undefined {
  const slash = path.lastIndexOf("/") + 1;
  const name = path.slice(slash);
  if (name === ".npmignore") ignores.add(path);
  if (name !== ".gitignore") return path;
  const renamed = `${path.slice(0, slash)}.npmignore`;
  return ignores.has(renamed) ? undefined : renamed;
}

/** The innermost package of the tarball that a path may belong to: `node_modules/a/lib/x.js` is `lib/x.js` of `node_modules/a`. */
export function packageOf(path: string): { readonly folder: string; readonly inside: string } {
  const segments = path.split("/");
  let start = 0;
  while (segments[start] === "node_modules") {
    const length = segments[start + 1]?.startsWith("@") ? 3 : 2;
    if (start + length >= segments.length) break;
    start += length;
  }
  return { folder: segments.slice(0, start).join("/"), inside: segments.slice(start).join("/") };
}

function tooMany(where: string): TareError {
  const why = `it has more than ${countLimit} entries`;
  return new TareError({ code: "BAD_ARCHIVE", format: "npm package", where, why });
}
