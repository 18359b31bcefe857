import type { Bits } from "./bits.ts";

const longest = 20;
const quick = 10;

/** A prefix code of up to 258 symbols, each of 1 to 20 bits, assigned in the order of length, then symbol. */
export class PrefixCode {
  /** For each 10 bits, the symbol that they begin with and its length as `symbol << 5 | length`; 0 for longer ones. */
  readonly #quick = new Uint16Array(1 << quick);
  /** For each length, one past its last code, drawn out to 20 bits. */
  readonly #ends = new Int32Array(longest + 1);
  /** For each length, its first code. */
  readonly #firsts = new Int32Array(longest + 1);
  /** For each length, where its symbols begin. */
  readonly #starts = new Int32Array(longest + 1);
  readonly #symbols: Uint16Array;

  constructor(lengths: Uint8Array) {
    this.#symbols = new Uint16Array(lengths.length);
    let placed = 0;
    let code = 0;
    for (let length = 1; length <= longest; length += 1) {
      this.#starts[length] = placed;
      this.#firsts[length] = code;
      for (let symbol = 0; symbol < lengths.length; symbol += 1) {
        if (lengths[symbol] !== length) continue;
        if (length <= quick) {
          const from = code << (quick - length);
          this.#quick.fill((symbol << 5) | length, from, from + (1 << (quick - length)));
        }
        this.#symbols[placed] = symbol;
        placed += 1;
        code += 1;
      }
      this.#ends[length] = code << (longest - length);
      code <<= 1;
    }
  }

  /** The next symbol, or undefined where no code fits. @throws starved */
  read(bits: Bits): number | undefined {
    const window = bits.peek(longest);
    const known = this.#quick[window >> (longest - quick)] as number;
    if (known !== 0) {
      bits.skip(known & 31);
      return known >> 5;
    }
    for (let length = 1; length <= longest; length += 1) {
      if (window >= (this.#ends[length] as number)) continue;
      bits.skip(length);
      const offset = (window >> (longest - length)) - (this.#firsts[length] as number);
      return this.#symbols[(this.#starts[length] as number) + offset];
    }
    return undefined;
  }
}
