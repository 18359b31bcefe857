/**
 * How the packed form lies in memory: 32-bit words in the machine's own byte order (a cache of this machine, told
 * apart by its first word), then bytes.
 *
 *   header   16 words, see `Header`
 *   starts   records + 1 words: where each record lies in the body
 *   next     records words: the next record of the same name, plus one; 0 ends the chain
 *   buckets  a power of two of words: the first name with that hash, plus one
 *   names    5 words each: see `NameWord`; in the order in which the file first mentions them
 *   links    2 words each: a record that provides the name, the next link plus one
 *   traits   one byte per record, see `Trait`, padded to a word
 *   body     per record its fields: an identifier, the length as LEB128, the value
 */
export const magic = 0x7a9e_1d58;
/** Counts up with every change to this layout: an older cache is then rebuilt, not misread. */
export const layoutVersion = 1;
export const headerWords = 16;

export const Header = {
  magic: 0,
  version: 1,
  /** Bytes, header included. */
  length: 2,
  records: 3,
  buckets: 4,
  names: 5,
  links: 6,
  /** Bytes of the body. */
  body: 7,
  /** crc32 of everything after the header. */
  contentSum: 8,
  /** crc32 of the words above. */
  headerSum: 9,
} as const;

export const nameWords = 5;
export const NameWord = { offset: 0, length: 1, nextInBucket: 2, firstRecord: 3, firstLink: 4 } as const;
export const linkWords = 2;

/** A record's traits in one byte, so that all essential packages are found without decoding any. */
export const Trait = {
  /** Index into `priorities`. */
  priority: 0b0000_0111,
  /** Index into `multiArchKinds`, shifted by 3. */
  multiArch: 0b0001_1000,
  multiArchShift: 3,
  essential: 0b0010_0000,
  protected: 0b0100_0000,
} as const;

/** Fields kept in the body. The number is the identifier; every other field of a stanza is dropped. */
export const Field = {
  package: 1,
  version: 2,
  architecture: 3,
  section: 4,
  source: 5,
  depends: 6,
  preDepends: 7,
  recommends: 8,
  provides: 9,
  conflicts: 10,
  breaks: 11,
  replaces: 12,
  size: 13,
  installedSize: 14,
  /** 32 bytes, not hex. */
  sha256: 15,
  filename: 16,
  /** These two are kept for the order in which they mention names. */
  suggests: 17,
  enhances: 18,
  /** These four become traits. */
  multiArch: 19,
  essential: 20,
  protected: 21,
  priority: 22,
} as const;

/** FNV-1a over the bytes of a name. */
export function hashName(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

export interface Sections {
  readonly starts: number;
  readonly next: number;
  readonly buckets: number;
  readonly names: number;
  readonly links: number;
  /** This one and the following in bytes, those above in words. */
  readonly traits: number;
  readonly body: number;
  readonly length: number;
}

/** Where the sections begin, from the counts in the header. */
export function sectionsOf(
  records: number,
  buckets: number,
  names: number,
  links: number,
  body: number,
): Sections {
  const starts = headerWords;
  const next = starts + records + 1;
  const bucketsAt = next + records;
  const namesAt = bucketsAt + buckets;
  const linksAt = namesAt + names * nameWords;
  const traits = (linksAt + links * linkWords) * 4;
  const bodyAt = traits + records + ((4 - (records % 4)) % 4);
  return {
    starts,
    next,
    buckets: bucketsAt,
    names: namesAt,
    links: linksAt,
    traits,
    body: bodyAt,
    length: bodyAt + body,
  };
}
