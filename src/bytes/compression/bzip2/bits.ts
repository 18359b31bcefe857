/** Thrown by {@link Bits} when it holds fewer bits than are asked for: bring more and begin again at a mark. */
export const starved: unique symbol = Symbol("starved");

/** A place in {@link Bits}. */
export interface Mark {
  readonly at: number;
  readonly window: number;
  readonly held: number;
}

/** Bits of a byte array, the highest of a byte first. */
export class Bits {
  #data: Uint8Array = new Uint8Array(0);
  #at = 0;
  #window = 0;
  #held = 0;

  /** Bytes that were not looked at. */
  get left(): number {
    return this.#data.length - this.#at;
  }

  /** Appends bytes and forgets those that were read: marks from before are void. */
  append(parts: readonly Uint8Array[]): void {
    this.#data = Buffer.concat([this.#data.subarray(this.#at), ...parts]);
    this.#at = 0;
  }

  mark(): Mark {
    return { at: this.#at, window: this.#window, held: this.#held };
  }

  /** Back to a mark. */
  reset({ at, window, held }: Mark): void {
    this.#at = at;
    this.#window = window;
    this.#held = held;
  }

  /** The next 1 to 24 bits, which stay. @throws starved */
  peek(count: number): number {
    while (this.#held < count) {
      if (this.#at === this.#data.length) throw starved;
      this.#window = (this.#window << 8) | (this.#data[this.#at] as number);
      this.#at += 1;
      this.#held += 8;
    }
    return (this.#window >>> (this.#held - count)) & ((1 << count) - 1);
  }

  /** Passes bits that were peeked at. */
  skip(count: number): void {
    this.#held -= count;
  }

  /** The next 1 to 24 bits. @throws starved */
  read(count: number): number {
    const value = this.peek(count);
    this.#held -= count;
    return value;
  }

  /** The next 32 bits, signed. @throws starved */
  word(): number {
    return (this.read(16) << 16) | this.read(16);
  }

  /** To the next whole byte. */
  align(): void {
    this.#held -= this.#held % 8;
  }
}
