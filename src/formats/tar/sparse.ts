import type { Bytes } from "../../bytes/bytes.ts";
import type { ByteReader } from "../../bytes/reader.ts";
import { decodeText } from "../../bytes/text.ts";
import { bad, blockSize, decodeNumber, type RawHeader } from "./header.ts";

/** A file with holes, as GNU tar stores it: only the parts that are no holes lie in the archive, one behind the other. */
export interface SparseFile {
  /** Bytes of the whole file, holes included. */
  readonly size: number;
  /** In order, apart from one another, within the file. */
  readonly parts: readonly SparsePart[];
  /** Bytes of the entry's data that were read to find out: they say where the parts belong. */
  readonly mapSize: number;
}

export interface SparsePart {
  /** In the whole file. */
  readonly offset: number;
  readonly size: number;
}

const partLimit = 1 << 18;

/** Whether the entry is a sparse file, in any of the four forms (GNU tar manual, "Storing Sparse Files"). */
export function isSparse(raw: RawHeader, pax: ReadonlyMap<string, Uint8Array>): boolean {
  return raw.typeflag === "S" || [...pax.keys()].some((key) => key.startsWith("GNU.sparse."));
}

/**
 * Reads where the parts of a sparse file belong: from the header `block` and the blocks behind it, from pax records, or
 * from the beginning of its data. `stored` is the size of its data in the archive.
 * @throws BAD_ARCHIVE for a map that makes no sense or is not of a known version
 */
export async function readSparse(
  reader: ByteReader,
  block: Uint8Array,
  raw: RawHeader,
  pax: ReadonlyMap<string, Uint8Array>,
  stored: number,
  where: string,
): Promise<SparseFile> {
  const wrong = () => bad(where, "the map of a sparse file makes no sense");
  const text = (name: string) => decodeText(pax.get(`GNU.sparse.${name}`) ?? new Uint8Array(0));
  const begin = reader.offset;
  let size: number;
  let numbers: number[];
  let mapSize = 0;
  if (raw.typeflag === "S") {
    size = decodeNumber(block.subarray(483, 495), "real size", where);
    numbers = await oldNumbers(reader, block, where);
  } else if (pax.has("GNU.sparse.map")) {
    size = integer(text("size")) ?? Number.NaN;
    numbers = text("map")
      .split(",")
      .map((part) => integer(part) ?? Number.NaN);
  } else if (text("major") === "1" && text("minor") === "0") {
    size = integer(text("realsize")) ?? Number.NaN;
    numbers = await numbersInFront(reader, stored, wrong);
    mapSize = reader.offset - begin;
  } else throw bad(where, "it has a sparse file of an unknown version");
  if (!Number.isSafeInteger(size) || size < 0 || numbers.length % 2 !== 0) throw wrong();
  const parts: SparsePart[] = [];
  let end = 0;
  let content = 0;
  for (let at = 0; at < numbers.length; at += 2) {
    const [offset = Number.NaN, length = Number.NaN] = numbers.slice(at, at + 2);
    const sound = offset >= end && length >= 0 && offset + length <= size;
    if (!sound || parts.length === partLimit) throw wrong();
    parts.push({ offset, size: length });
    end = offset + length;
    content += length;
  }
  if (content !== stored - mapSize) throw wrong();
  return { size, parts, mapSize };
}

/** The whole file: its parts as they come from the archive, and zeros for the holes. */
export async function* dense(file: SparseFile, reader: ByteReader, what: string): Bytes {
  let at = 0;
  for (const { offset, size } of file.parts) {
    yield* zeros(offset - at);
    yield* reader.stream(size, what);
    at = offset + size;
  }
  yield* zeros(file.size - at);
}

function* zeros(count: number): Iterable<Uint8Array> {
  for (let left = count; left > 0; left -= 1 << 16) yield new Uint8Array(Math.min(left, 1 << 16));
}

/** Four pairs in the header block, and 21 in each block behind it for as long as one announces the next. */
async function oldNumbers(reader: ByteReader, block: Uint8Array, where: string): Promise<number[]> {
  const numbers: number[] = [];
  let fields = block.subarray(386, 483);
  while (true) {
    const more = fields[fields.length - 1] !== 0;
    for (let at = 0; at + 24 < fields.length && fields[at + 12] !== 0; at += 24)
      for (const from of [at, at + 12])
        numbers.push(decodeNumber(fields.subarray(from, from + 12), "sparse map", where));
    if (!more) return numbers;
    const next = await reader.read(blockSize, where);
    if (next === undefined || numbers.length > 2 * partLimit)
      throw bad(where, "the map of a sparse file has no end");
    fields = next.subarray(0, 505);
  }
}

/** Decimal lines in whole blocks: how many pairs, then each number. */
async function numbersInFront(reader: ByteReader, stored: number, wrong: () => Error): Promise<number[]> {
  const numbers: number[] = [];
  let line = "";
  let count: number | undefined;
  for (let read = 0; count === undefined || numbers.length < 2 * count; read += blockSize) {
    const block = read + blockSize <= stored ? await reader.read(blockSize, "a sparse map") : undefined;
    if (block === undefined) throw wrong();
    const lines = `${line}${Buffer.from(block).toString("latin1")}`.split("\n");
    line = lines.pop() as string;
    for (const text of lines) {
      const number = integer(text);
      if (count !== undefined && numbers.length === 2 * count) break;
      if (number === undefined || (count === undefined && number > partLimit)) throw wrong();
      if (count === undefined) count = number;
      else numbers.push(number);
    }
    if (line.length > blockSize) throw wrong();
  }
  return numbers;
}

function integer(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}
