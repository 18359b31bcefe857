import { crc32 } from "node:zlib";
import { TareError } from "../../../errors.ts";
import { Field, Header, headerWords, layoutVersion, magic, sectionsOf, Trait } from "./layout.ts";
import { NameTable } from "./names.ts";
import { multiArchKinds, priorities } from "./record.ts";

/** Far above any archive (Debian's main has 63,440 stanzas and 50 MB), far below what would exhaust a machine. */
const textLimit = 1 << 30;
const recordLimit = 1 << 20;
const valueLimit = 1 << 20;

const fields = new Map<string, number>([
  ["package", Field.package],
  ["version", Field.version],
  ["architecture", Field.architecture],
  ["section", Field.section],
  ["source", Field.source],
  ["depends", Field.depends],
  ["pre-depends", Field.preDepends],
  ["recommends", Field.recommends],
  ["provides", Field.provides],
  ["conflicts", Field.conflicts],
  ["breaks", Field.breaks],
  ["replaces", Field.replaces],
  ["size", Field.size],
  ["installed-size", Field.installedSize],
  ["sha256", Field.sha256],
  ["filename", Field.filename],
  ["multi-arch", Field.multiArch],
  ["essential", Field.essential],
  ["protected", Field.protected],
  ["important", Field.protected],
  ["priority", Field.priority],
  ["suggests", Field.suggests],
  ["enhances", Field.enhances],
]);

/**
 * The order in which apt reads the relations of a stanza. It matters because apt, when nothing else tells two providers
 * apart, takes the one whose name it met last.
 */
const mentioning = [
  Field.preDepends,
  Field.depends,
  Field.conflicts,
  Field.breaks,
  Field.recommends,
  Field.suggests,
  Field.replaces,
  Field.enhances,
] as const;

/** Field names by a hash that does not mind case; an entry is compared in full before it is believed. */
const byHash = new Map<number, { readonly name: string; readonly id: number }>();
for (const [name, id] of fields) byHash.set(hashText(name), { name, id });

function hashText(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + (text.charCodeAt(at) | 32)) | 0;
  return hash;
}

const newline = 10;
const carriageReturn = 13;
const space = 32;
const tab = 9;
const colon = 58;

/**
 * Packs the text of a `Packages` file in one pass. What comes back is for {@link openIndex}, here or, kept as a cache,
 * in a later run on this machine.
 * @param where names the file in an error
 * @throws BAD_ARCHIVE when a line is no field, a stanza lacks its package, version or architecture or says something
 *   twice; TOO_LARGE past 1 GiB of text, 1,048,576 stanzas, or 1 MiB of one kept field
 */
export function packIndex(text: Uint8Array, where: string): Uint8Array {
  if (text.byteLength > textLimit) throw new TareError({ code: "TOO_LARGE", what: where, limit: textLimit });
  return new Packer(text, where).pack();
}

class Packer {
  readonly #text: Uint8Array;
  readonly #where: string;
  /** Every kept value comes with fewer bytes than it has in the text, so this never overflows. */
  readonly #body: Buffer;
  #filled = 0;
  readonly #starts: number[] = [];
  readonly #traits: number[] = [];
  readonly #names: NameTable;
  /** Of the stanza at hand: a bit per field that was seen, and where their values lie in the body. */
  #seen = 0;
  readonly #valueStarts = new Uint32Array(32);
  readonly #valueEnds = new Uint32Array(32);
  #trait = 0;

  constructor(text: Uint8Array, where: string) {
    this.#text = text;
    this.#where = where;
    this.#body = Buffer.allocUnsafeSlow(text.byteLength);
    this.#names = new NameTable(this.#body, where);
  }

  pack(): Uint8Array {
    const text = this.#text;
    const end = text.byteLength;
    let at = 0;
    this.#begin();
    while (at < end) {
      const first = text[at] as number;
      if (first === newline || (first === carriageReturn && text[at + 1] === newline)) {
        this.#finish(at);
        at += first === newline ? 1 : 2;
        continue;
      }
      let hash = 0;
      let stop = at;
      for (; stop < end; stop += 1) {
        const code = text[stop] as number;
        if (code === colon || code === newline) break;
        hash = (Math.imul(hash, 31) + (code | 32)) | 0;
      }
      if (text[stop] !== colon || stop === at || first === space || first === tab)
        throw this.#malformed(at, "a line is neither a field nor a continuation");
      const id = this.#fieldAt(hash, at, stop);
      const start = stop + 1;
      let lineEnd = start;
      while (lineEnd < end && text[lineEnd] !== newline) lineEnd += 1;
      while (text[lineEnd + 1] === space || text[lineEnd + 1] === tab) {
        lineEnd += 1;
        while (lineEnd < end && text[lineEnd] !== newline) lineEnd += 1;
      }
      if (id !== 0) this.#keep(id, start, lineEnd, at);
      at = lineEnd + 1;
    }
    this.#finish(end);
    return this.#assemble();
  }

  /** 0 for a field that nobody asks for. */
  #fieldAt(hash: number, start: number, end: number): number {
    const known = byHash.get(hash);
    if (known === undefined || known.name.length !== end - start) return 0;
    for (let at = start; at < end; at += 1)
      if (((this.#text[at] as number) | 32) !== known.name.charCodeAt(at - start)) return 0;
    return known.id;
  }

  #begin(): void {
    this.#seen = 0;
    this.#trait = priorities.indexOf("extra");
    this.#starts.push(this.#filled);
  }

  #finish(at: number): void {
    if (this.#seen === 0) return;
    const must = (1 << Field.package) | (1 << Field.version) | (1 << Field.architecture);
    if ((this.#seen & must) !== must)
      throw this.#malformed(at, "a stanza lacks Package, Version or Architecture");
    const record = this.#traits.push(this.#trait) - 1;
    if (record >= recordLimit)
      throw new TareError({ code: "TOO_LARGE", what: this.#where, limit: recordLimit });
    const starts = this.#valueStarts;
    const ends = this.#valueEnds;
    this.#names.addRecord(record, starts[Field.package] as number, ends[Field.package] as number);
    for (const id of mentioning)
      if ((this.#seen & (1 << id)) !== 0) this.#mention(starts[id] as number, ends[id] as number);
    if ((this.#seen & (1 << Field.provides)) !== 0)
      this.#provide(record, starts[Field.provides] as number, ends[Field.provides] as number);
    this.#begin();
  }

  #keep(id: number, from: number, to: number, line: number): void {
    const text = this.#text;
    let start = from;
    let end = to;
    while (start < end && isBlank(text[start] as number)) start += 1;
    while (end > start && isBlank(text[end - 1] as number)) end -= 1;
    if (end - start > valueLimit)
      throw new TareError({ code: "TOO_LARGE", what: this.#where, limit: valueLimit });
    const bit = 1 << id;
    if ((this.#seen & bit) !== 0 && id !== Field.protected)
      throw this.#malformed(line, "a stanza says something twice");
    this.#seen |= bit;
    if (id >= Field.multiArch) this.#trait = traitWith(this.#trait, id, text, start, end);
    else if (id === Field.sha256) this.#digest(start, end);
    else {
      if (id === Field.package && end === start) throw this.#malformed(line, "a stanza has an empty name");
      this.#valueStarts[id] = this.#value(id, start, end);
      this.#valueEnds[id] = this.#filled;
    }
  }

  /** Appends a field and returns where its value lies. */
  #value(id: number, start: number, end: number): number {
    const body = this.#body;
    let length = end - start;
    body[this.#filled++] = id;
    while (length > 127) {
      body[this.#filled++] = (length & 127) | 128;
      length >>>= 7;
    }
    body[this.#filled++] = length;
    const at = this.#filled;
    this.#filled += end - start;
    if (end - start > 64) body.set(this.#text.subarray(start, end), at);
    else
      for (let offset = start, to = at; offset < end; offset += 1, to += 1)
        body[to] = this.#text[offset] as number;
    return at;
  }

  /** Hex that is not hex, or not 64 digits, is no digest: the package will be refused if it is ever selected. */
  #digest(start: number, end: number): void {
    if (end - start !== 64) return;
    const text = this.#text;
    const mark = this.#filled;
    this.#body[this.#filled++] = Field.sha256;
    this.#body[this.#filled++] = 32;
    for (let at = start; at < end; at += 2) {
      const high = nibbles[text[at] as number] as number;
      const byte = (high << 4) | (nibbles[text[at + 1] as number] as number);
      if (byte < 0) {
        this.#filled = mark;
        return;
      }
      this.#body[this.#filled++] = byte;
    }
  }

  /** Each name of a relation field; one with a qualifier is another thing to apt, and met elsewhere. */
  #mention(start: number, end: number): void {
    const body = this.#body;
    let at = start;
    while (at < end) {
      while (at < end && startsNoName(body[at] as number)) at += 1;
      const first = at;
      while (at < end && !endsName(body[at] as number)) at += 1;
      if (at > first && (at === end || body[at] !== colon)) this.#names.mention(first, at);
      while (at < end && body[at] !== comma && body[at] !== bar) at += 1;
    }
  }

  /** Links each name of a Provides value, up to its version or qualifier. */
  #provide(record: number, start: number, end: number): void {
    const body = this.#body;
    let at = start;
    while (at < end) {
      while (at < end && startsNoName(body[at] as number)) at += 1;
      const first = at;
      while (at < end && !endsName(body[at] as number)) at += 1;
      if (at > first) this.#names.addProvider(record, first, at);
      while (at < end && body[at] !== comma) at += 1;
    }
  }

  #assemble(): Uint8Array {
    const records = this.#traits.length;
    const names = this.#names;
    const at = sectionsOf(records, names.buckets, names.size, names.links, this.#filled);
    const packed = new Uint8Array(at.length);
    const words = new Uint32Array(packed.buffer, 0, at.traits / 4);
    words.set(this.#starts, at.starts);
    names.write(words, at);
    packed.set(this.#traits, at.traits);
    packed.set(this.#body.subarray(0, this.#filled), at.body);
    words[Header.magic] = magic;
    words[Header.version] = layoutVersion;
    words[Header.length] = at.length;
    words[Header.records] = records;
    words[Header.buckets] = names.buckets;
    words[Header.names] = names.size;
    words[Header.links] = names.links;
    words[Header.body] = this.#filled;
    words[Header.contentSum] = crc32(packed.subarray(headerWords * 4));
    words[Header.headerSum] = crc32(packed.subarray(0, Header.headerSum * 4));
    return packed;
  }

  #malformed(at: number, why: string): TareError {
    let line = 1;
    for (let offset = 0; offset < at; offset += 1) if (this.#text[offset] === newline) line += 1;
    return new TareError({
      code: "BAD_ARCHIVE",
      format: "Packages file",
      where: `${this.#where}:${line}`,
      why,
    });
  }
}

const comma = 44;
const bar = 124;

function isBlank(code: number): boolean {
  return code === space || code === tab || code === newline || code === carriageReturn;
}

function startsNoName(code: number): boolean {
  return isBlank(code) || code === comma || code === bar;
}

/** A blank, a separator, or the opening of a version, an architecture list or a profile. */
function endsName(code: number): boolean {
  return startsNoName(code) || code === 40 || code === colon || code === 91 || code === 60;
}

/** The value of a hex digit by its code; far below zero for anything else, so that a pair of them shows it. */
const nibbles = new Int16Array(256).fill(-4096);
for (let value = 0; value < 16; value += 1) {
  const digit = value.toString(16);
  nibbles[digit.charCodeAt(0)] = value;
  nibbles[digit.toUpperCase().charCodeAt(0)] = value;
}

function traitWith(trait: number, id: number, text: Uint8Array, start: number, end: number): number {
  const value = Buffer.from(text.buffer, text.byteOffset + start, Math.min(end - start, 16))
    .toString("latin1")
    .toLowerCase();
  if (id === Field.essential) return value === "yes" ? trait | Trait.essential : trait;
  if (id === Field.protected) return value === "yes" ? trait | Trait.protected : trait;
  if (id === Field.multiArch) {
    const kind = Math.max(0, (multiArchKinds as readonly string[]).indexOf(value));
    return (trait & ~Trait.multiArch) | (kind << Trait.multiArchShift);
  }
  const found = (priorities as readonly string[]).indexOf(value);
  return (trait & ~Trait.priority) | (found < 0 ? priorities.indexOf("extra") : found);
}
