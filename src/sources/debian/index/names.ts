import { TareError } from "../../../errors.ts";
import { hashName, linkWords, nameWords } from "./layout.ts";

/** Longest chain of names with one hash: a file made to collide is refused instead of searched for minutes. */
const chainLimit = 200;

/**
 * The table of names while it is built: each name once, in the order of their first mention, with the records that
 * bear it and the records that provide it. Names are bytes in the body, never strings.
 */
export class NameTable {
  readonly #body: Uint8Array;
  readonly #where: string;
  #buckets = new Uint32Array(1 << 8);
  readonly #hashes: number[] = [];
  readonly #offsets: number[] = [];
  readonly #lengths: number[] = [];
  readonly #nextInBucket: number[] = [];
  readonly #firstRecord: number[] = [];
  readonly #lastRecord: number[] = [];
  readonly #firstLink: number[] = [];
  readonly #lastLink: number[] = [];
  readonly #nextRecord: number[] = [];
  readonly #linkRecord: number[] = [];
  readonly #linkNext: number[] = [];

  constructor(body: Uint8Array, where: string) {
    this.#body = body;
    this.#where = where;
  }

  get size(): number {
    return this.#hashes.length;
  }

  get links(): number {
    return this.#linkRecord.length;
  }

  get buckets(): number {
    return this.#buckets.length;
  }

  /** Records come in order, each once, and begin with 0. */
  addRecord(record: number, start: number, end: number): void {
    const name = this.#intern(start, end);
    this.#nextRecord[record] = 0;
    const last = this.#lastRecord[name] as number;
    if (last === 0) this.#firstRecord[name] = record + 1;
    else this.#nextRecord[last - 1] = record + 1;
    this.#lastRecord[name] = record + 1;
  }

  /** A record that provides one name twice (two versions) is linked once. */
  addProvider(record: number, start: number, end: number): void {
    const name = this.#intern(start, end);
    const last = this.#lastLink[name] as number;
    if (last !== 0 && this.#linkRecord[last - 1] === record) return;
    const link = this.#linkRecord.push(record);
    this.#linkNext.push(0);
    if (last === 0) this.#firstLink[name] = link;
    else this.#linkNext[last - 1] = link;
    this.#lastLink[name] = link;
  }

  /** Gives a name its place in the order. */
  mention(start: number, end: number): void {
    this.#intern(start, end);
  }

  #intern(start: number, end: number): number {
    const hash = hashName(this.#body, start, end);
    let steps = 0;
    for (let at = this.#buckets[hash & (this.#buckets.length - 1)] as number; at !== 0; ) {
      const name = at - 1;
      if (this.#hashes[name] === hash && this.#same(name, start, end)) return name;
      at = this.#nextInBucket[name] as number;
      steps += 1;
      if (steps > chainLimit)
        throw new TareError({
          code: "BAD_ARCHIVE",
          format: "Packages file",
          where: this.#where,
          why: "its names were chosen to collide",
        });
    }
    if (this.#hashes.length >= this.#buckets.length) this.#grow();
    const name = this.#hashes.push(hash) - 1;
    this.#offsets.push(start);
    this.#lengths.push(end - start);
    this.#firstRecord.push(0);
    this.#lastRecord.push(0);
    this.#firstLink.push(0);
    this.#lastLink.push(0);
    this.#nextInBucket.push(0);
    this.#hang(name, hash);
    return name;
  }

  #hang(name: number, hash: number): void {
    const bucket = hash & (this.#buckets.length - 1);
    this.#nextInBucket[name] = this.#buckets[bucket] as number;
    this.#buckets[bucket] = name + 1;
  }

  #same(name: number, start: number, end: number): boolean {
    const length = end - start;
    if (this.#lengths[name] !== length) return false;
    const offset = this.#offsets[name] as number;
    for (let at = 0; at < length; at += 1)
      if (this.#body[offset + at] !== this.#body[start + at]) return false;
    return true;
  }

  #grow(): void {
    this.#buckets = new Uint32Array(this.#buckets.length * 2);
    for (let name = 0; name < this.#hashes.length; name += 1) this.#hang(name, this.#hashes[name] as number);
  }

  /** Writes all tables into `words`, each at its section's place. */
  write(words: Uint32Array, at: { next: number; buckets: number; names: number; links: number }): void {
    words.set(this.#nextRecord, at.next);
    words.set(this.#buckets, at.buckets);
    let word = at.names;
    for (let name = 0; name < this.size; name += 1, word += nameWords) {
      words[word] = this.#offsets[name] as number;
      words[word + 1] = this.#lengths[name] as number;
      words[word + 2] = this.#nextInBucket[name] as number;
      words[word + 3] = this.#firstRecord[name] as number;
      words[word + 4] = this.#firstLink[name] as number;
    }
    word = at.links;
    for (let link = 0; link < this.links; link += 1, word += linkWords) {
      words[word] = this.#linkRecord[link] as number;
      words[word + 1] = this.#linkNext[link] as number;
    }
  }
}
