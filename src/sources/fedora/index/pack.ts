import { zstdCompressSync } from "node:zlib";
import type { PrimaryPackage } from "../../../formats/rpm-md/primary.ts";
import { blockSlots, Header, hashName, headerWords, layoutVersion, magic, obsoletesKey } from "./layout.ts";
import { isListedFile } from "./record.ts";

/** A record number and a hash in one number that is still exact. */
export const recordLimit = 2 ** 21;

/** Characters of a block before it is compressed: larger ones compress better, smaller ones are read faster. */
const blockSize = 1 << 16;

/**
 * Makes the packed form of an index, one package after another. What is kept is compressed at once, so that of 60,000
 * packages' metadata a thirtieth stays in memory.
 */
export class IndexPacker {
  readonly #places: number[] = [];
  readonly #blocks: Buffer[] = [];
  #lines: string[] = [];
  #characters = 0;
  #keys = new Float64Array(1 << 16);
  #keyCount = 0;
  readonly #supplementing: number[] = [];
  readonly #unlisted = new Set<string>();

  add(one: PrimaryPackage): void {
    const number = this.#places.length;
    if (number >= recordLimit) throw new RangeError("an index holds at most 2,097,152 packages");
    if (this.#lines.length === blockSlots || this.#characters > blockSize) this.#closeBlock();
    this.#places.push(this.#blocks.length * blockSlots + this.#lines.length);
    const line = JSON.stringify(fieldsOf(one));
    this.#lines.push(line);
    this.#characters += line.length;
    const names = new Set([one.name, ...one.provides.map(nameOf), ...one.files]);
    for (const obsolete of one.obsoletes) names.add(obsoletesKey(nameOf(obsolete)));
    for (const name of names) this.#addKey(hashName(name) * recordLimit + number);
    if (one.supplements.length > 0) this.#supplementing.push(number);
    for (const list of [one.requires, one.conflicts, one.recommends, one.suggests, one.supplements])
      for (const text of list)
        if (text.includes("/"))
          for (const path of text.match(/(?<![^\s(])\/[^\s)]+/g) ?? [])
            if (!isListedFile(path)) this.#unlisted.add(path);
  }

  finish(): Buffer {
    this.#closeBlock();
    this.#lines = [
      JSON.stringify({ supplementing: this.#supplementing, unlistedFiles: [...this.#unlisted].sort() }),
    ];
    this.#closeBlock();
    const keys = this.#keys.subarray(0, this.#keyCount).sort();
    const blocks = headerWords + this.#places.length;
    const hashes = blocks + this.#blocks.length + 1;
    const head = new Uint32Array(hashes + keys.length * 2);
    head.set(this.#places, headerWords);
    let length = 0;
    for (const [at, block] of this.#blocks.entries()) {
      head[blocks + at] = length;
      length += block.byteLength;
    }
    head[hashes - 1] = length;
    for (const [at, key] of keys.entries()) {
      head[hashes + at] = Math.floor(key / recordLimit);
      head[hashes + keys.length + at] = key % recordLimit;
    }
    head[Header.magic] = magic;
    head[Header.version] = layoutVersion;
    head[Header.length] = head.byteLength + length;
    head[Header.records] = this.#places.length;
    head[Header.blocks] = this.#blocks.length;
    head[Header.keys] = keys.length;
    return Buffer.concat([Buffer.from(head.buffer), ...this.#blocks]);
  }

  #closeBlock(): void {
    this.#blocks.push(zstdCompressSync(this.#lines.join("\n")));
    this.#lines = [];
    this.#characters = 0;
  }

  #addKey(key: number): void {
    if (this.#keyCount === this.#keys.length) {
      const larger = new Float64Array(this.#keys.length * 2);
      larger.set(this.#keys);
      this.#keys = larger;
    }
    this.#keys[this.#keyCount] = key;
    this.#keyCount += 1;
  }
}

/** A capability's name, without its version. */
function nameOf(capability: string): string {
  const blank = capability.indexOf(" ");
  return blank < 0 ? capability : capability.slice(0, blank);
}

/** In an order of its own: `open.ts` reads it back. Lists are texts with line breaks between. */
function fieldsOf(one: PrimaryPackage): (string | number)[] {
  return [
    one.name,
    one.architecture,
    one.epoch,
    one.version,
    one.release,
    one.checksumType,
    one.checksum,
    one.location,
    one.base ?? "",
    Number.isSafeInteger(one.size) ? one.size : -1,
    one.sourceRpm,
    one.provides.join("\n"),
    one.requires.join("\n"),
    one.conflicts.join("\n"),
    one.obsoletes.join("\n"),
    one.recommends.join("\n"),
    one.suggests.join("\n"),
    one.supplements.join("\n"),
    one.enhances.join("\n"),
    one.files.join("\n"),
  ];
}
