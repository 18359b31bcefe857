import { crc32 } from "node:zlib";
import {
  Field,
  Header,
  hashName,
  headerWords,
  layoutVersion,
  linkWords,
  magic,
  NameWord,
  nameWords,
  type Sections,
  sectionsOf,
  Trait,
} from "./layout.ts";
import {
  type MultiArch,
  multiArchKinds,
  type PackageIndex,
  type PackageRecord,
  type Priority,
  priorities,
} from "./record.ts";

/**
 * Opens what `packIndex` made, without copying or parsing it: `packed` must not change afterwards.
 * Undefined when it is not that: another layout, another byte order, cut short, or a byte has flipped. Pack anew then.
 */
export function openIndex(packed: Uint8Array): PackageIndex | undefined {
  if (packed.byteLength < headerWords * 4) return undefined;
  const bytes = packed.byteOffset % 4 === 0 ? packed : Uint8Array.from(packed);
  const header = new Uint32Array(bytes.buffer, bytes.byteOffset, headerWords);
  const word = (at: number) => header[at] as number;
  if (word(Header.magic) !== magic || word(Header.version) !== layoutVersion) return undefined;
  if (word(Header.length) !== bytes.byteLength) return undefined;
  if (word(Header.headerSum) !== crc32(bytes.subarray(0, Header.headerSum * 4))) return undefined;
  const at = sectionsOf(
    word(Header.records),
    word(Header.buckets),
    word(Header.names),
    word(Header.links),
    word(Header.body),
  );
  if (at.length !== bytes.byteLength) return undefined;
  if (word(Header.contentSum) !== crc32(bytes.subarray(headerWords * 4))) return undefined;
  return new PackedIndex(bytes, at, word(Header.records), word(Header.buckets));
}

class PackedIndex implements PackageIndex {
  readonly size: number;
  readonly #bytes: Buffer;
  readonly #words: Uint32Array;
  readonly #at: Sections;
  readonly #buckets: number;
  readonly #records = new Map<number, PackageRecord>();

  constructor(bytes: Uint8Array, at: Sections, records: number, buckets: number) {
    this.size = records;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#words = new Uint32Array(bytes.buffer, bytes.byteOffset, at.traits / 4);
    this.#at = at;
    this.#buckets = buckets;
  }

  record(number: number): PackageRecord {
    const known = this.#records.get(number);
    if (known !== undefined) return known;
    if (!(number >= 0 && number < this.size)) throw new RangeError(`there is no record ${number}`);
    const record = this.#decode(number);
    this.#records.set(number, record);
    return record;
  }

  named(name: string): readonly number[] {
    const entry = this.#find(name);
    const found: number[] = [];
    if (entry === undefined) return found;
    for (
      let next = this.#word(entry + NameWord.firstRecord);
      next !== 0;
      next = this.#word(this.#at.next + next - 1)
    )
      found.push(next - 1);
    return found;
  }

  providersOf(name: string): readonly number[] {
    const entry = this.#find(name);
    const found: number[] = [];
    if (entry === undefined) return found;
    for (let next = this.#word(entry + NameWord.firstLink); next !== 0; ) {
      const link = this.#at.links + (next - 1) * linkWords;
      found.push(this.#word(link));
      next = this.#word(link + 1);
    }
    return found;
  }

  mention(name: string): number | undefined {
    const entry = this.#find(name);
    return entry === undefined ? undefined : (entry - this.#at.names) / nameWords;
  }

  essential(): readonly number[] {
    return this.#withTrait((trait) => (trait & Trait.essential) !== 0);
  }

  prioritised(priority: Priority): readonly number[] {
    const wanted = priorities.indexOf(priority);
    return this.#withTrait((trait) => (trait & Trait.priority) === wanted);
  }

  #withTrait(test: (trait: number) => boolean): number[] {
    const found: number[] = [];
    for (let record = 0; record < this.size; record += 1)
      if (test(this.#bytes[this.#at.traits + record] as number)) found.push(record);
    return found;
  }

  #word(at: number): number {
    return this.#words[at] as number;
  }

  /** Where the name's words begin. */
  #find(name: string): number | undefined {
    const wanted = Buffer.from(name, "utf8");
    const hash = hashName(wanted, 0, wanted.byteLength);
    for (let next = this.#word(this.#at.buckets + (hash & (this.#buckets - 1))); next !== 0; ) {
      const entry = this.#at.names + (next - 1) * nameWords;
      const start = this.#at.body + this.#word(entry + NameWord.offset);
      const length = this.#word(entry + NameWord.length);
      if (length === wanted.byteLength && wanted.equals(this.#bytes.subarray(start, start + length)))
        return entry;
      next = this.#word(entry + NameWord.nextInBucket);
    }
    return undefined;
  }

  #decode(number: number): PackageRecord {
    const bytes = this.#bytes;
    const values: string[] = new Array(Field.priority + 1).fill("");
    let at = this.#at.body + this.#word(this.#at.starts + number);
    const end = this.#at.body + this.#word(this.#at.starts + number + 1);
    while (at < end) {
      const id = bytes[at++] as number;
      let length = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++] as number;
        length |= (byte & 127) << shift;
        if (byte < 128) break;
      }
      values[id] = bytes.toString(id === Field.sha256 ? "hex" : "utf8", at, at + length);
      at += length;
    }
    const trait = bytes[this.#at.traits + number] as number;
    return recordOf(values, trait);
  }
}

function recordOf(values: readonly string[], trait: number): PackageRecord {
  const value = (id: number) => values[id] as string;
  const name = value(Field.package);
  const version = value(Field.version);
  const [source = name, sourceVersion = version] = sourceOf(value(Field.source));
  const sha256 = value(Field.sha256);
  return {
    name,
    version,
    architecture: value(Field.architecture),
    multiArch: multiArchKinds[(trait & Trait.multiArch) >> Trait.multiArchShift] as MultiArch,
    essential: (trait & Trait.essential) !== 0,
    protected: (trait & Trait.protected) !== 0,
    priority: priorities[trait & Trait.priority] ?? "extra",
    section: value(Field.section),
    source,
    sourceVersion,
    depends: value(Field.depends),
    preDepends: value(Field.preDepends),
    recommends: value(Field.recommends),
    provides: value(Field.provides),
    conflicts: value(Field.conflicts),
    breaks: value(Field.breaks),
    replaces: value(Field.replaces),
    size: wholeNumber(value(Field.size)) ?? Number.NaN,
    installedSize: wholeNumber(value(Field.installedSize)),
    sha256: sha256 === "" ? undefined : sha256,
    filename: value(Field.filename),
  };
}

/** `glibc (2.36-9)` or `glibc` (Debian Policy 5.6.1). */
function sourceOf(text: string): [name?: string, version?: string] {
  const match = /^(\S+)(?:\s+\(([^()\s]+)\))?$/.exec(text);
  if (!match) return [];
  const [, name, version] = match;
  return version === undefined ? [name as string] : [name as string, version];
}

function wholeNumber(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}
