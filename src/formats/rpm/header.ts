import type { ByteReader } from "../../bytes/reader.ts";
import { decodeText } from "../../bytes/text.ts";
import { TareError } from "../../errors.ts";
import { bad } from "./bad.ts";

/** Types of values in a header (rpm, "RPM Package Header format"). */
export const headerType = {
  char: 1,
  int8: 2,
  int16: 3,
  int32: 4,
  int64: 5,
  string: 6,
  binary: 7,
  stringArray: 8,
  i18nString: 9,
} as const;

/** One tag with its raw value. */
export interface HeaderEntry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Big-endian numbers, or texts that end with a NUL each. */
  readonly value: Uint8Array;
}

/** One package needs a few dozen tags; a package of a million files a few hundred megabytes of them. */
const limits = { tags: 0xffff, data: 0x0fff_ffff, count: 0x0f_ffff };

/** Bytes of a number of each type; 0 for texts. */
const widths: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 0, 7: 1, 8: 0, 9: 0 };

const magic = Buffer.from("8eade80100000000", "hex");
const introSize = 16;
const indexEntrySize = 16;

/** A header as it stood in a package: every tag within its region, so that whoever signed it signed all of it. */
export class RpmHeader {
  /** Magic, counts, index and data: exactly what its digests and signatures are of. */
  readonly bytes: Uint8Array;
  /** In the order of their tags; the region's own is not among them. */
  readonly entries: readonly HeaderEntry[];
  readonly #byTag: ReadonlyMap<number, HeaderEntry>;
  readonly #where: string;

  constructor(bytes: Uint8Array, entries: readonly HeaderEntry[], where: string) {
    this.bytes = bytes;
    this.entries = entries;
    this.#byTag = new Map(entries.map((entry) => [entry.tag, entry]));
    this.#where = where;
    if (this.#byTag.size < entries.length) throw bad(where, "a tag of its header stands twice");
  }

  has(tag: number): boolean {
    return this.#byTag.has(tag);
  }

  /** A text, or the first of several. */
  text(tag: number): string | undefined {
    return this.texts(tag)[0];
  }

  /** Empty when there is none. @throws BAD_ARCHIVE for a tag that holds something else */
  texts(tag: number): readonly string[] {
    const entry = this.#byTag.get(tag);
    if (entry === undefined) return [];
    if (widths[entry.type] !== 0) throw this.#wrong(tag, "texts");
    const texts: string[] = [];
    for (let from = 0; texts.length < entry.count; ) {
      const end = entry.value.indexOf(0, from);
      texts.push(decodeText(entry.value.subarray(from, end)));
      from = end + 1;
    }
    return texts;
  }

  number(tag: number): number | undefined {
    return this.numbers(tag)[0];
  }

  /** Empty when there are none. @throws BAD_ARCHIVE for a tag that holds something else, or a number beyond 2^53 */
  numbers(tag: number): readonly number[] {
    const entry = this.#byTag.get(tag);
    if (entry === undefined) return [];
    const { type, value, count } = entry;
    const width = type === headerType.binary ? 0 : (widths[type] as number);
    if (width === 0) throw this.#wrong(tag, "numbers");
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const read = (at: number): number => {
      if (width === 1) return view.getUint8(at);
      if (width === 2) return view.getUint16(at);
      if (width === 4) return view.getUint32(at);
      const number = Number(view.getBigUint64(at));
      if (!Number.isSafeInteger(number)) throw this.#wrong(tag, "numbers that can be");
      return number;
    };
    return Array.from({ length: count }, (_, index) => read(index * width));
  }

  /** @throws BAD_ARCHIVE for a tag that holds something else */
  binary(tag: number): Uint8Array | undefined {
    const entry = this.#byTag.get(tag);
    if (entry !== undefined && entry.type !== headerType.binary) throw this.#wrong(tag, "bytes");
    return entry?.value;
  }

  #wrong(tag: number, kind: string): TareError {
    return bad(this.#where, `its tag ${tag} does not hold ${kind}`);
  }
}

/**
 * Reads a header with its region tag (62 for signatures, 63 for a package's own). Nothing in it is trusted: counts,
 * offsets and ends of texts are checked against what is there, values do not overlap, and what stands outside of
 * the region, where no signature reaches, is refused.
 * @param left bytes of the file that are left for it
 * @throws BAD_ARCHIVE, TOO_LARGE, TRUNCATED
 */
export async function readHeader(
  reader: ByteReader,
  region: number,
  left: number,
  where: string,
): Promise<RpmHeader> {
  const intro = await reader.read(introSize, where);
  if (intro === undefined || !magic.equals(intro.subarray(0, magic.length)))
    throw bad(where, "its header does not begin as one");
  const counts = new DataView(intro.buffer, intro.byteOffset, intro.byteLength);
  const [tags, dataSize] = [counts.getUint32(8), counts.getUint32(12)];
  if (tags < 1 || tags > limits.tags) throw bad(where, `its header claims ${tags} tags`);
  const size = tags * indexEntrySize + dataSize;
  if (dataSize > limits.data)
    throw new TareError({ code: "TOO_LARGE", what: `${where}: its header`, limit: limits.data });
  if (size > left) throw bad(where, `its header claims ${size} bytes, more than the file has`);
  const body = await reader.read(size, where);
  if (body === undefined) throw bad(where, "it ends before its header");
  return decodeHeader(Buffer.concat([intro, body]), region, where);
}

/** {@link RpmHeader.bytes} to what it was of. @throws BAD_ARCHIVE */
export function decodeHeader(bytes: Uint8Array, region: number, where: string): RpmHeader {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tags = whole.readUInt32BE(8);
  const end = introSize + tags * indexEntrySize;
  const entries = decodeEntries(whole.subarray(introSize, end), whole.subarray(end), region, where);
  return new RpmHeader(whole, entries, where);
}

/** Index and data to entries, the region's own left out. @throws BAD_ARCHIVE */
function decodeEntries(index: Buffer, data: Buffer, region: number, where: string): HeaderEntry[] {
  const trailer = checkRegion(index, data, region, where);
  const entries: HeaderEntry[] = [];
  let free = 0;
  for (let at = indexEntrySize; at < index.length; at += indexEntrySize) {
    const tag = index.readUInt32BE(at);
    const type = index.readUInt32BE(at + 4);
    const offset = index.readUInt32BE(at + 8);
    const count = index.readUInt32BE(at + 12);
    const lying = (why: string) => bad(where, `the tag ${tag} of its header ${why}`);
    const width = widths[type];
    if (width === undefined) throw lying(`has the unknown type ${type}`);
    if (count < 1 || (type !== headerType.binary && count > limits.count))
      throw lying(`claims ${count} values`);
    if (type === headerType.string && count !== 1) throw lying("is one text, and claims more");
    if (offset < free || (width > 0 && offset % width !== 0)) throw lying("has a value where none can be");
    const length = width > 0 ? width * count : textsLength(data, offset, trailer, count);
    if (length === undefined || offset + length > trailer) throw lying("leads out of the header");
    entries.push({ tag, type, count, value: data.subarray(offset, offset + length) });
    free = offset + length;
  }
  return entries;
}

/** Where the region's trailer stands in the data: the end of all values (rpm, "Immutable regions"). */
function checkRegion(index: Buffer, data: Buffer, region: number, where: string): number {
  if (index.readUInt32BE(0) !== region)
    throw bad(where, "its header has no region that could be signed (RPM v3)");
  const offset = index.readUInt32BE(8);
  const sound = index.readUInt32BE(4) === headerType.binary && index.readUInt32BE(12) === indexEntrySize;
  if (!sound || offset !== data.length - indexEntrySize)
    throw bad(where, "its header has tags outside of its region");
  const trailer = data.subarray(offset);
  if (
    trailer.readUInt32BE(0) !== region ||
    trailer.readUInt32BE(4) !== headerType.binary ||
    trailer.readInt32BE(8) !== -index.length ||
    trailer.readUInt32BE(12) !== indexEntrySize
  )
    throw bad(where, "the region of its header does not end as one");
  return offset;
}

/** Bytes of `count` texts with their NULs; undefined when one does not end within `limit`. */
function textsLength(data: Buffer, offset: number, limit: number, count: number): number | undefined {
  let at = offset;
  for (let left = count; left > 0; left -= 1) {
    const end = at < limit ? data.indexOf(0, at) : -1;
    if (end < 0 || end >= limit) return undefined;
    at = end + 1;
  }
  return at - offset;
}
