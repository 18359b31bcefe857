import { zstdDecompressSync } from "node:zlib";
import { blockSlots, Header, hashName, headerWords, layoutVersion, magic, obsoletesKey } from "./layout.ts";
import type { RpmIndex, RpmRecord } from "./record.ts";

/**
 * Opens what `IndexPacker` made, without copying or parsing it: `packed` must not change afterwards.
 * Undefined when it is of another layout or byte order, or cut short. Pack anew then.
 */
export function openIndex(packed: Uint8Array): RpmIndex | undefined {
  if (packed.byteLength < headerWords * 4) return undefined;
  const bytes = packed.byteOffset % 4 === 0 ? packed : Uint8Array.from(packed);
  const header = new Uint32Array(bytes.buffer, bytes.byteOffset, headerWords);
  const word = (at: number) => header[at] as number;
  if (word(Header.magic) !== magic || word(Header.version) !== layoutVersion) return undefined;
  if (word(Header.length) !== bytes.byteLength) return undefined;
  const words = headerWords + word(Header.records) + word(Header.blocks) + 1 + word(Header.keys) * 2;
  if (words * 4 > bytes.byteLength) return undefined;
  return new PackedIndex(bytes, word(Header.records), word(Header.blocks), word(Header.keys));
}

/** Blocks that are kept unpacked: neighbours in a repository are often wanted together. */
const keptBlocks = 64;

class PackedIndex implements RpmIndex {
  readonly size: number;
  readonly supplementing: readonly number[];
  readonly unlistedFiles: readonly string[];
  readonly #bytes: Buffer;
  readonly #places: Uint32Array;
  readonly #blocks: Uint32Array;
  readonly #hashes: Uint32Array;
  readonly #owners: Uint32Array;
  readonly #bodyAt: number;
  readonly #records = new Map<number, RpmRecord>();
  readonly #unpacked = new Map<number, readonly string[]>();

  constructor(bytes: Uint8Array, records: number, blocks: number, keys: number) {
    this.size = records;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = headerWords;
    const words = (length: number) => {
      at += length;
      return new Uint32Array(bytes.buffer, bytes.byteOffset + (at - length) * 4, length);
    };
    this.#places = words(records);
    this.#blocks = words(blocks + 1);
    this.#hashes = words(keys);
    this.#owners = words(keys);
    this.#bodyAt = at * 4;
    const about = JSON.parse(this.#block(blocks - 1)[0] as string);
    this.supplementing = about.supplementing;
    this.unlistedFiles = about.unlistedFiles;
  }

  record(number: number): RpmRecord {
    const known = this.#records.get(number);
    if (known !== undefined) return known;
    const place = this.#places[number];
    if (place === undefined) throw new RangeError(`there is no record ${number}`);
    const record = this.#read(place);
    this.#records.set(number, record);
    return record;
  }

  *records(): Generator<RpmRecord> {
    for (const [number, place] of this.#places.entries())
      yield this.#records.get(number) ?? this.#read(place);
  }

  #read(place: number): RpmRecord {
    const lines = this.#block(Math.floor(place / blockSlots));
    return recordOf(JSON.parse(lines[place % blockSlots] as string));
  }

  #block(number: number): readonly string[] {
    const known = this.#unpacked.get(number);
    if (known !== undefined) return known;
    const [start = 0, end = 0] = this.#blocks.subarray(number, number + 2);
    const frame = this.#bytes.subarray(this.#bodyAt + start, this.#bodyAt + end);
    const lines = zstdDecompressSync(frame).toString().split("\n");
    if (this.#unpacked.size >= keptBlocks) this.#unpacked.clear();
    this.#unpacked.set(number, lines);
    return lines;
  }

  obsoleting(name: string): readonly number[] {
    return this.offering(obsoletesKey(name));
  }

  offering(name: string): readonly number[] {
    const hash = hashName(name);
    let [low, high] = [0, this.#hashes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#hashes[middle] as number) < hash) low = middle + 1;
      else high = middle;
    }
    const found: number[] = [];
    for (; this.#hashes[low] === hash; low += 1) found.push(this.#owners[low] as number);
    return found;
  }
}

function recordOf(fields: readonly (string | number)[]): RpmRecord {
  const text = (at: number) => fields[at] as string;
  const list = (at: number) => (text(at) === "" ? [] : text(at).split("\n"));
  return {
    name: text(0),
    architecture: text(1),
    epoch: text(2),
    version: text(3),
    release: text(4),
    checksumType: text(5),
    checksum: text(6),
    location: text(7),
    ...(text(8) !== "" && { base: text(8) }),
    size: (fields[9] as number) < 0 ? Number.NaN : (fields[9] as number),
    sourceRpm: text(10),
    provides: list(11),
    requires: list(12),
    conflicts: list(13),
    obsoletes: list(14),
    recommends: list(15),
    suggests: list(16),
    supplements: list(17),
    enhances: list(18),
    files: list(19),
  };
}
