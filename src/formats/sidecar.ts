import type { AnyBytes } from "../bytes/bytes.ts";
import { byText } from "../bytes/text.ts";
import type { EntryHeader, EntryType } from "../model/entry.ts";
import { encodeJson, type Foreign, JsonDoor } from "./oci/json.ts";
import { containedPath } from "./tar/path.ts";

/**
 * What lies beside an extracted folder and says what the folder cannot: each entry's owner, mode, time and attributes
 * as the archive had them, whoever extracted it, and devices that were left out. The first line names the format, and
 * each other line is one entry as JSON; content stands in the folder only.
 */
export const sidecarStart: Uint8Array = lineOf({ tare: "sidecar", version: 1 });

/** Where the sidecar of a folder lies. */
export function sidecarOf(folder: string): string {
  return `${folder.replace(/\/+$/, "")}.tare.jsonl`;
}

const lineLimit = 4 << 20;
const entryLimit = 2_000_000;
const largestId = 0xff_ff_ff_fe;
const attributeLimit = 256 << 20;

const types: ReadonlySet<string> = new Set<EntryType>([
  "file",
  "directory",
  "symlink",
  "hardlink",
  "character",
  "block",
  "fifo",
]);

/** An entry as plain JSON: the mode in octal digits, attributes in base64, what is empty left out. */
export function plainHeader(header: EntryHeader): Readonly<Record<string, unknown>> {
  const { path, type, mode, uid, gid, uname, gname, size, mtime, nanoseconds, link, major, minor } = header;
  const xattrs = [...(header.xattrs ?? [])].sort(([a], [b]) => byText(a, b));
  return {
    path,
    type,
    mode: mode.toString(8).padStart(4, "0"),
    uid,
    gid,
    ...(uname !== "" && { uname }),
    ...(gname !== "" && { gname }),
    ...(type === "file" && { size }),
    mtime,
    ...(nanoseconds !== undefined && { nanoseconds }),
    ...(link !== undefined && { link }),
    ...(major !== undefined && { major }),
    ...(minor !== undefined && { minor }),
    ...(xattrs.length > 0 && {
      xattrs: Object.fromEntries(
        xattrs.map(([name, value]) => [name, Buffer.from(value).toString("base64")]),
      ),
    }),
  };
}

/** An entry's line; lines follow {@link sidecarStart}. */
export function sidecarLine(header: EntryHeader): Uint8Array {
  return lineOf(plainHeader(header));
}

function lineOf(value: unknown): Buffer {
  return Buffer.concat([encodeJson(value), Buffer.from("\n")]);
}

/**
 * The entries of a sidecar by their paths, in its order. A folder that stands twice counts as it stands last.
 * @throws BAD_ARCHIVE when it is none, or not sound; `where` names it in the sentence
 */
export async function readSidecar(
  source: AnyBytes,
  where: string,
): Promise<ReadonlyMap<string, EntryHeader>> {
  const door = new JsonDoor("sidecar of an extracted folder", where);
  const entries = new Map<string, EntryHeader>();
  let started = false;
  let attributes = 0;
  for await (const line of linesOf(source, door)) {
    const from = door.object(door.parse(line), "a line");
    if (!started) {
      if (from.tare !== "sidecar" || from.version !== 1) door.refuse("it is not of version 1");
      started = true;
      continue;
    }
    const header = headerOf(from, door, where);
    for (const value of header.xattrs?.values() ?? []) attributes += value.byteLength;
    if (attributes > attributeLimit) door.refuse("its entries have too many attributes");
    entries.set(header.path, header);
    if (entries.size > entryLimit) door.refuse(`it has more than ${entryLimit} entries`);
  }
  if (!started) door.refuse("it is empty");
  return entries;
}

async function* linesOf(source: AnyBytes, door: JsonDoor): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let size = 0;
  const keep = (part: Uint8Array) => {
    size += part.byteLength;
    if (size > lineLimit) door.refuse(`a line is longer than ${lineLimit} bytes`);
    parts.push(part);
  };
  for await (const chunk of source) {
    let at = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, at)) {
      keep(chunk.subarray(at, end));
      if (size > 0) yield Buffer.concat(parts);
      [parts, size, at] = [[], 0, end + 1];
    }
    keep(chunk.subarray(at));
  }
  if (size > 0) yield Buffer.concat(parts);
}

function headerOf(from: Foreign, door: JsonDoor, where: string): EntryHeader {
  const path = door.text(from.path, "path");
  if (containedPath(path, where) !== path) door.refuse(`the path ${JSON.stringify(path)} is not a plain one`);
  const whole = (name: string, least: number, most: number): number => {
    const value = from[name];
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most)
      door.refuse(`${path} has no sound ${name}`);
    return value as number;
  };
  const type = door.text(from.type, "type");
  if (!types.has(type)) door.refuse(`${path} has the unknown type ${JSON.stringify(type)}`);
  const mode = door.text(from.mode, "mode");
  if (!/^[0-7]{4}$/.test(mode)) door.refuse(`${path} has no sound mode`);
  const linked = type === "symlink" || type === "hardlink";
  const device = type === "character" || type === "block";
  return {
    path,
    type: type as EntryType,
    mode: Number.parseInt(mode, 8),
    uid: whole("uid", 0, largestId),
    gid: whole("gid", 0, largestId),
    uname: door.optionalText(from.uname, "uname") ?? "",
    gname: door.optionalText(from.gname, "gname") ?? "",
    size: type === "file" ? whole("size", 0, Number.MAX_SAFE_INTEGER) : 0,
    mtime: whole("mtime", -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    ...(from.nanoseconds !== undefined && { nanoseconds: whole("nanoseconds", 0, 999_999_999) }),
    ...(linked && { link: linkOf(type, door.text(from.link, "link"), path, door, where) }),
    ...(device && { major: whole("major", 0, 0xffff_ffff), minor: whole("minor", 0, 0xffff_ffff) }),
    ...(from.xattrs !== undefined && { xattrs: xattrsOf(from.xattrs, door) }),
  };
}

function linkOf(type: string, link: string, path: string, door: JsonDoor, where: string): string {
  if (type === "hardlink") return containedPath(link, where);
  if (link === "" || link.includes("\0")) door.refuse(`${path} is a symlink whose text no system takes`);
  return link;
}

function xattrsOf(value: unknown, door: JsonDoor): ReadonlyMap<string, Uint8Array> {
  return new Map(
    Object.entries(door.strings(value, "xattrs")).map(([name, text]) => [name, Buffer.from(text, "base64")]),
  );
}
