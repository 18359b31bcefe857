import { encodeText } from "../bytes/text.ts";

/** One library of the dynamic linker's cache. */
export interface CachedLibrary {
  /** What programs ask for: `libc.so.6`. */
  readonly soname: string;
  /** Where it is, absolute: `/lib/x86_64-linux-gnu/libc.so.6`. */
  readonly path: string;
  /** glibc's `FLAG_*` value: type and architecture (sysdeps/generic/ldconfig.h). */
  readonly flags: number;
  /** Name of its subdirectory of `glibc-hwcaps`, if it lies in one: `x86-64-v3`. */
  readonly hwcaps?: string;
  /** Index of the highest x86 ISA level bit that the library needs; counts only with `hwcaps`. */
  readonly isaLevel?: number;
}

export interface LibraryCache {
  /** In any order but one: among those that compare equal, earlier ones win. */
  readonly libraries: readonly CachedLibrary[];
  readonly littleEndian: boolean;
  /** What the extension section says made the cache. */
  readonly generator: string;
}

const MAGIC = "glibc-ld.so.cache1.1";
const HEADER = 48;
const LIBRARY = 24;
const EXTENSION_MAGIC = 0xeaa42174;
const SECTION = 16;
const TAG_GENERATOR = 0;
const TAG_HWCAPS = 1;
/** Marks a hwcap word that holds an ISA level and an index of the hwcaps section (elf/dl-cache.h). */
const HWCAP_EXTENSION = 1n << 62n;
const MAX_ISA_LEVEL = 0x3ff;

/**
 * `/etc/ld.so.cache` in the only format that glibc 2.32 and newer write by default: header, libraries, strings,
 * extensions (glibc, elf/dl-cache.h and elf/cache.c). The same libraries give the same bytes as `ldconfig`.
 */
export function encodeLibraryCache(cache: LibraryCache): Buffer {
  const libraries = [...cache.libraries].sort(byCacheOrder);
  const hwcaps = [...new Set(libraries.flatMap((one) => one.hwcaps ?? []))].sort();
  const table = stringTable([...libraries.flatMap((one) => [one.soname, one.path]), ...hwcaps]);
  const stringsAt = HEADER + LIBRARY * libraries.length;
  const offsetOf = (text: string) => stringsAt + (table.offsets.get(text) as number);
  const extensionAt = Math.ceil((stringsAt + table.bytes.length) / 4) * 4;
  const generator = encodeText(cache.generator);
  const sections = hwcaps.length > 0 ? 2 : 1;
  const hwcapsAt = extensionAt + 8 + SECTION * sections;
  const generatorAt = hwcapsAt + 4 * hwcaps.length;

  const out = Buffer.alloc(generatorAt + generator.length);
  const view = new DataView(out.buffer, out.byteOffset, out.length);
  const word = (at: number, value: number) => view.setUint32(at, value, cache.littleEndian);
  out.write(MAGIC, 0, "latin1");
  word(20, libraries.length);
  word(24, table.bytes.length);
  out[28] = cache.littleEndian ? 2 : 3;
  word(32, extensionAt);
  libraries.forEach((one, index) => {
    const at = HEADER + LIBRARY * index;
    word(at, one.flags);
    word(at + 4, offsetOf(one.soname));
    word(at + 8, offsetOf(one.path));
    view.setBigUint64(at + 16, hwcapWord(one, hwcaps), cache.littleEndian);
  });
  table.bytes.copy(out, stringsAt);
  word(extensionAt, EXTENSION_MAGIC);
  word(extensionAt + 4, sections);
  const section = (index: number, tag: number, offset: number, size: number) => {
    const at = extensionAt + 8 + SECTION * index;
    word(at, tag);
    word(at + 8, offset);
    word(at + 12, size);
  };
  section(0, TAG_GENERATOR, generatorAt, generator.length);
  if (hwcaps.length > 0) section(1, TAG_HWCAPS, hwcapsAt, 4 * hwcaps.length);
  hwcaps.forEach((name, index) => {
    word(hwcapsAt + 4 * index, offsetOf(name));
  });
  generator.copy(out, generatorAt);
  return out;
}

function hwcapWord(library: CachedLibrary, hwcaps: readonly string[]): bigint {
  if (library.hwcaps === undefined) return 0n;
  const level = Math.min(library.isaLevel ?? 0, MAX_ISA_LEVEL);
  return HWCAP_EXTENSION | (BigInt(level) << 32n) | BigInt(hwcaps.indexOf(library.hwcaps));
}

/** The order in which the dynamic linker searches by bisection: names from high to low, then the more special first. */
function byCacheOrder(a: CachedLibrary, b: CachedLibrary): number {
  const names = compareLibraryNames(b.soname, a.soname);
  if (names !== 0) return names;
  if (a.flags !== b.flags) return b.flags - a.flags;
  if (a.hwcaps === b.hwcaps) return 0;
  if (a.hwcaps === undefined) return 1;
  if (b.hwcaps === undefined) return -1;
  return a.hwcaps < b.hwcaps ? -1 : 1;
}

/**
 * glibc's order of library names: runs of digits compare as numbers, and a digit ranks above any other character
 * (elf/dl-cache.c, `_dl_cache_libcmp`).
 */
export function compareLibraryNames(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length) {
    const x = a.charCodeAt(i);
    const y = j < b.length ? b.charCodeAt(j) : 0;
    if (isDigit(x) && isDigit(y)) {
      let first = 0;
      let second = 0;
      // glibc adds up in a C int, which wraps.
      for (; isDigit(a.charCodeAt(i)); i += 1) first = (Math.imul(first, 10) + a.charCodeAt(i) - 48) | 0;
      for (; isDigit(b.charCodeAt(j)); j += 1) second = (Math.imul(second, 10) + b.charCodeAt(j) - 48) | 0;
      if (first !== second) return first - second;
    } else if (isDigit(x)) return 1;
    else if (isDigit(y)) return -1;
    else if (x !== y) return x - y;
    else {
      i += 1;
      j += 1;
    }
  }
  return j < b.length ? -1 : 0;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

interface StringTable {
  readonly bytes: Buffer;
  readonly offsets: ReadonlyMap<string, number>;
}

/** Strings that end alike lie side by side when sorted from their ends, so that a suffix can share its owner's bytes. */
function stringTable(texts: readonly string[]): StringTable {
  const strings = [...new Set(texts)].map((text) => ({ text, bytes: encodeText(text) }));
  strings.sort((a, b) => fromTheEnd(a.bytes, b.bytes));
  const offsets = new Map<string, number>();
  const parts: Buffer[] = [];
  let before: Buffer | undefined;
  let end = 0;
  for (const { text, bytes } of strings) {
    if (
      before &&
      bytes.length <= before.length &&
      before.subarray(before.length - bytes.length).equals(bytes)
    )
      offsets.set(text, end - 1 - bytes.length);
    else {
      offsets.set(text, end);
      parts.push(bytes, Buffer.alloc(1));
      end += bytes.length + 1;
    }
    before = bytes;
  }
  return { bytes: Buffer.concat(parts, end), offsets };
}

function fromTheEnd(a: Buffer, b: Buffer): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 1; index <= shared; index += 1) {
    const difference = (b[b.length - index] as number) - (a[a.length - index] as number);
    if (difference !== 0) return difference;
  }
  return b.length - a.length;
}
