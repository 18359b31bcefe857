import { TareError } from "../../errors.ts";

/** Everything in a tar comes in blocks of this many bytes (POSIX.1-2017 pax, "ustar Interchange Format"). */
export const blockSize = 512;

/** A ustar header block as it stands, before extensions are applied. Text fields are bytes: archives need not be UTF-8. */
export interface RawHeader {
  readonly name: Uint8Array;
  readonly prefix: Uint8Array;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly typeflag: string;
  readonly linkname: Uint8Array;
  readonly uname: Uint8Array;
  readonly gname: Uint8Array;
  readonly major: number;
  readonly minor: number;
}

/** Offset and length of each field. */
const field = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  typeflag: [156, 1],
  linkname: [157, 100],
  magic: [257, 6],
  version: [263, 2],
  uname: [265, 32],
  gname: [297, 32],
  major: [329, 8],
  minor: [337, 8],
  prefix: [345, 155],
} as const satisfies Record<string, readonly [number, number]>;

type Field = keyof typeof field;

export const nameSize = field.name[1];
export const prefixSize = field.prefix[1];
export const linkSize = field.linkname[1];
export const ownerNameSize = field.uname[1];

/** Largest value that a numeric field holds in octal with its terminator. */
export const octalLimit = { id: 0o7777777, long: 0o77777777777 } as const;

function bytesOf(block: Uint8Array, name: Field): Uint8Array {
  const [offset, length] = field[name];
  return block.subarray(offset, offset + length);
}

function textOf(block: Uint8Array, name: Field): Uint8Array {
  const bytes = bytesOf(block, name);
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** One header block to values; undefined for a block of zeros. @throws BAD_ARCHIVE */
export function decodeBlock(block: Uint8Array, where: string): RawHeader | undefined {
  if (block[0] === 0 && block.every((byte) => byte === 0)) return undefined;
  const number = (name: Field) => decodeNumber(bytesOf(block, name), name, where);
  const sums = checksums(block);
  const stored = number("checksum");
  if (stored !== sums.unsigned && stored !== sums.signed) throw bad(where, "a header's checksum is wrong");
  // Only POSIX headers have a prefix; GNU's old magic ("ustar  ") puts other things there.
  const posix = bytesOf(block, "magic").every((byte, at) => byte === posixMagic[at]);
  const modern =
    posix ||
    bytesOf(block, "magic")
      .subarray(0, 5)
      .every((byte, at) => byte === posixMagic[at]);
  return {
    name: textOf(block, "name"),
    prefix: posix ? textOf(block, "prefix") : new Uint8Array(0),
    mode: number("mode"),
    uid: number("uid"),
    gid: number("gid"),
    size: number("size"),
    mtime: number("mtime"),
    typeflag: String.fromCharCode(block[field.typeflag[0]] as number),
    linkname: textOf(block, "linkname"),
    uname: modern ? textOf(block, "uname") : new Uint8Array(0),
    gname: modern ? textOf(block, "gname") : new Uint8Array(0),
    major: modern ? number("major") : 0,
    minor: modern ? number("minor") : 0,
  };
}

const posixMagic = Buffer.from("ustar\0", "latin1");

/** Values to one block. Every number must fit its field: what does not goes into pax records first. */
export function encodeBlock(header: RawHeader): Buffer {
  const block = Buffer.alloc(blockSize);
  const text = (name: Field, bytes: Uint8Array) => block.set(bytes, field[name][0]);
  const number = (name: Field, value: number) => {
    const [offset, length] = field[name];
    block.write(value.toString(8).padStart(length - 1, "0"), offset, "latin1");
  };
  text("name", header.name);
  number("mode", header.mode);
  number("uid", header.uid);
  number("gid", header.gid);
  number("size", header.size);
  number("mtime", header.mtime);
  block.write(header.typeflag, field.typeflag[0], "latin1");
  text("linkname", header.linkname);
  text("magic", posixMagic);
  block.write("00", field.version[0], "latin1");
  text("uname", header.uname);
  text("gname", header.gname);
  number("major", header.major);
  number("minor", header.minor);
  text("prefix", header.prefix);
  const sum = checksums(block).unsigned.toString(8).padStart(6, "0");
  block.write(`${sum}\0 `, field.checksum[0], "latin1");
  return block;
}

/** The checksum counts its own field as blanks; very old programs summed signed bytes. */
function checksums(block: Uint8Array): { unsigned: number; signed: number } {
  const [start, length] = field.checksum;
  let unsigned = 0;
  let high = 0;
  for (let at = 0; at < blockSize; at += 1) {
    const byte = at >= start && at < start + length ? 0x20 : (block[at] as number);
    unsigned += byte;
    if (byte >= 0x80) high += 1;
  }
  return { unsigned, signed: unsigned - 256 * high };
}

/** Octal digits between blanks and NULs, or GNU's base-256 when the first bit is set. @throws BAD_ARCHIVE */
export function decodeNumber(bytes: Uint8Array, name: string, where: string): number {
  const first = bytes[0] as number;
  if (first >= 0x80) return decodeBase256(bytes, name, where);
  let value = 0;
  let at = 0;
  while (at < bytes.length && bytes[at] === 0x20) at += 1;
  for (; at < bytes.length; at += 1) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  for (; at < bytes.length; at += 1)
    if (bytes[at] !== 0 && bytes[at] !== 0x20) throw bad(where, `a header's ${name} is not a number`);
  return value;
}

function decodeBase256(bytes: Uint8Array, name: string, where: string): number {
  let value = BigInt((bytes[0] as number) & 0x7f);
  for (const byte of bytes.subarray(1)) value = (value << 8n) | BigInt(byte);
  value = BigInt.asIntN(bytes.length * 8 - 1, value);
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw bad(where, `a header's ${name} is out of range`);
  return number;
}

export function bad(where: string, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: "tar", where, why });
}
