import { decodeText, encodeText } from "../../bytes/text.ts";
import { bad } from "./header.ts";

/** Room for the paths and attributes of one entry; more than this is an attack. */
export const paxLimit = 1 << 20;

/**
 * Extended header records by keyword (POSIX.1-2017 pax, "pax Extended Header"): `length keyword=value\n`, where the
 * length counts bytes and includes itself, and values are bytes, newlines allowed. Where a keyword comes twice, the
 * last one counts; but for the pairs of GNU's first sparse format, which become the one `GNU.sparse.map` of its second.
 * @throws BAD_ARCHIVE
 */
export function decodePax(bytes: Uint8Array, where: string): Map<string, Uint8Array> {
  const records = new Map<string, Uint8Array>();
  const map: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const blank = bytes.indexOf(0x20, at);
    const digits =
      blank < 0 || blank - at > 8 ? "" : Buffer.from(bytes.subarray(at, blank)).toString("latin1");
    const length = /^[0-9]+$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    if (length < 5 || end > bytes.length || bytes[end - 1] !== 0x0a)
      throw bad(where, "a pax record's length is wrong");
    const equals = bytes.indexOf(0x3d, blank + 1);
    if (equals < 0 || equals >= end) throw bad(where, "a pax record has no keyword");
    const keyword = decodeText(bytes.subarray(blank + 1, equals));
    // To a system, the name of an attribute would end there.
    if (keyword.includes("\0")) throw bad(where, "a pax record's keyword holds a NUL");
    const value = bytes.subarray(equals + 1, end - 1);
    if (keyword === "GNU.sparse.offset" || keyword === "GNU.sparse.numbytes") map.push(decodeText(value));
    else records.set(keyword, value);
    at = end;
  }
  if (map.length > 0) records.set("GNU.sparse.map", Buffer.from(map.join(",")));
  return records;
}

export function encodePax(records: Iterable<readonly [string, Uint8Array]>): Buffer {
  const parts: Uint8Array[] = [];
  for (const [keyword, value] of records) {
    const key = encodeText(keyword);
    const rest = key.length + value.length + 3; // blank, equals, newline
    let length = rest + String(rest).length;
    if (rest + String(length).length !== length) length = rest + String(length).length;
    parts.push(Buffer.from(`${length} `), key, Buffer.from("="), value, Buffer.from("\n"));
  }
  return Buffer.concat(parts);
}
