import { TareError } from "../errors.ts";
import type { AnyBytes, Bytes } from "./bytes.ts";

/**
 * Pulls exact amounts from a stream. One reader owns its source: call {@link close} when stopping early.
 * What is streamed shares memory with the source's chunks.
 */
export class ByteReader {
  readonly #iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  #done = false;
  /** Bytes handed out so far. */
  offset = 0;

  constructor(source: AnyBytes) {
    this.#iterator =
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  /** Makes at least one unread byte available; false at the end of the source. */
  async #fill(): Promise<boolean> {
    while (this.#at === this.#chunk.byteLength) {
      if (this.#done) return false;
      const next = await this.#iterator.next();
      if (next.done) {
        this.#done = true;
        return false;
      }
      this.#chunk = next.value;
      this.#at = 0;
    }
    return true;
  }

  #take(limit: number): Uint8Array {
    const end = Math.min(this.#at + limit, this.#chunk.byteLength);
    const part = this.#chunk.subarray(this.#at, end);
    this.#at = end;
    this.offset += part.byteLength;
    return part;
  }

  /**
   * Exactly `size` bytes, or undefined when the source ends before the first. The caller's own: they share no memory
   * with the source. @throws TRUNCATED in between
   */
  async read(size: number, what: string): Promise<Uint8Array | undefined> {
    if (size === 0) return new Uint8Array(0);
    if (!(await this.#fill())) return undefined;
    const first = this.#take(size);
    const whole = new Uint8Array(size);
    whole.set(first);
    let filled = first.byteLength;
    while (filled < size) {
      if (!(await this.#fill())) throw new TareError({ code: "TRUNCATED", what, want: size, got: filled });
      const part = this.#take(size - filled);
      whole.set(part, filled);
      filled += part.byteLength;
    }
    return whole;
  }

  /** Up to `limit` bytes without copying, or undefined at the end. */
  async some(limit = Number.MAX_SAFE_INTEGER): Promise<Uint8Array | undefined> {
    return (await this.#fill()) ? this.#take(limit) : undefined;
  }

  /** The next `size` bytes as a stream. @throws TRUNCATED */
  async *stream(size: number, what: string): Bytes {
    let left = size;
    while (left > 0) {
      if (!(await this.#fill()))
        throw new TareError({ code: "TRUNCATED", what, want: size, got: size - left });
      const part = this.#take(left);
      left -= part.byteLength;
      yield part;
    }
  }

  /** Everything that is left. */
  async *rest(): Bytes {
    while (await this.#fill()) yield this.#take(Number.MAX_SAFE_INTEGER);
  }

  async close(): Promise<void> {
    this.#done = true;
    this.#at = this.#chunk.byteLength;
    await this.#iterator.return?.();
  }
}
