import type { Bits } from "./bits.ts";
import { PrefixCode } from "./huffman.ts";

/** A block's last column, ready to be walked from `origin`: the byte in the low 8 bits, the next place above. */
export interface Block {
  readonly links: Uint32Array;
  readonly size: number;
  readonly origin: number;
  /** Of the bytes that it unpacks to, signed. */
  readonly checksum: number;
}

/** Symbols that one selector stands for. */
const groupSize = 50;

/**
 * What follows a block's mark. `links` is where it is put; its length is the largest size that a block may have.
 * A string says what is wrong. @throws starved
 */
export function readBlock(bits: Bits, links: Uint32Array): Block | string {
  const checksum = bits.word();
  if (bits.read(1) === 1) return "it is of a version before 0.9.5";
  const origin = bits.read(24);
  const alphabet = readAlphabet(bits);
  const codes = bits.read(3);
  const selectorCount = bits.read(15);
  if (alphabet.length === 0 || codes < 2 || codes > 6 || selectorCount === 0) return nonsense;
  const selectors = readSelectors(bits, codes, selectorCount);
  if (selectors === undefined) return nonsense;
  const tables: PrefixCode[] = [];
  while (tables.length < codes) {
    const lengths = readLengths(bits, alphabet.length + 2);
    if (lengths === undefined) return nonsense;
    tables.push(new PrefixCode(lengths));
  }
  const size = readSymbols(bits, alphabet, tables, selectors, links);
  if (size === undefined || origin >= size) return nonsense;
  link(links, size);
  return { links, size, origin, checksum };
}

const nonsense = "its data make no sense";

/** The bytes that occur, in two steps of 16 bits. */
function readAlphabet(bits: Bits): Uint8Array {
  const ranges = bits.read(16);
  const found: number[] = [];
  for (let high = 0; high < 16; high += 1) {
    if ((ranges & (0x8000 >> high)) === 0) continue;
    const present = bits.read(16);
    for (let low = 0; low < 16; low += 1) if ((present & (0x8000 >> low)) !== 0) found.push(high * 16 + low);
  }
  return Uint8Array.from(found);
}

function readSelectors(bits: Bits, codes: number, count: number): Uint8Array | undefined {
  const recent = Uint8Array.from({ length: codes }, (_, at) => at);
  const selectors = new Uint8Array(count);
  for (let at = 0; at < count; at += 1) {
    let place = 0;
    while (bits.read(1) === 1) {
      place += 1;
      if (place === codes) return undefined;
    }
    selectors[at] = toFront(recent, place);
  }
  return selectors;
}

function readLengths(bits: Bits, count: number): Uint8Array | undefined {
  const lengths = new Uint8Array(count);
  let length = bits.read(5);
  for (let symbol = 0; symbol < count; symbol += 1) {
    while (bits.read(1) === 1) {
      length += bits.read(1) === 0 ? 1 : -1;
      if (length < 1 || length > 20) return undefined;
    }
    if (length < 1 || length > 20) return undefined;
    lengths[symbol] = length;
  }
  return lengths;
}

/** Undoes the prefix codes, the runs and the moves to the front; returns how many bytes there are. */
function readSymbols(
  bits: Bits,
  alphabet: Uint8Array,
  tables: readonly PrefixCode[],
  selectors: Uint8Array,
  into: Uint32Array,
): number | undefined {
  const recent = Uint8Array.from(alphabet);
  const end = alphabet.length + 1;
  let size = 0;
  let run = 0;
  let weight = 1;
  for (const selector of selectors) {
    const table = tables[selector] as PrefixCode;
    for (let left = groupSize; left > 0; left -= 1) {
      const symbol = table.read(bits);
      if (symbol === undefined) return undefined;
      if (symbol < 2) {
        // The length of a run in digits 1 and 2, the lowest first. No block is longer than this.
        if (weight > 1 << 20) return undefined;
        run += weight << symbol;
        weight <<= 1;
        continue;
      }
      if (run > 0) {
        if (size + run > into.length) return undefined;
        into.fill(recent[0] as number, size, size + run);
        size += run;
        run = 0;
        weight = 1;
      }
      if (symbol === end) return size;
      if (size === into.length) return undefined;
      into[size] = toFront(recent, symbol - 1);
      size += 1;
    }
  }
  return undefined;
}

function toFront(recent: Uint8Array, place: number): number {
  const value = recent[place] as number;
  if (place < 16) for (let at = place; at > 0; at -= 1) recent[at] = recent[at - 1] as number;
  else recent.copyWithin(1, 0, place);
  recent[0] = value;
  return value;
}

/** The Burrows-Wheeler transform backwards: above each byte, the place of the one that follows it. */
function link(links: Uint32Array, size: number): void {
  const places = new Uint32Array(256);
  for (let at = 0; at < size; at += 1) {
    const byte = links[at] as number;
    places[byte] = (places[byte] as number) + 1;
  }
  let sum = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    const count = places[byte] as number;
    places[byte] = sum;
    sum += count;
  }
  for (let at = 0; at < size; at += 1) {
    const byte = (links[at] as number) & 0xff;
    const place = places[byte] as number;
    links[place] = (links[place] as number) | (at << 8);
    places[byte] = place + 1;
  }
}
