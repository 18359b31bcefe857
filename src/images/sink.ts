import { type FileHandle, open } from "node:fs/promises";
import type { Writable } from "node:stream";
import { verified } from "../bytes/digest.ts";
import { lentBytes } from "../bytes/lent-bytes.ts";
import { writeAll } from "../bytes/write-file.ts";
import { TareError } from "../errors.ts";
import { type Content, storedFiles } from "../model/content.ts";

/** Takes bytes in large pieces; a piece may be used again once its promise is kept. */
export type WritePiece = (piece: Uint8Array) => Promise<void>;

const pieceSize = 1 << 20;

/**
 * Gathers bytes into large pieces, and fills the next piece while the last one is written. One writer at a time;
 * call {@link end} when done.
 */
export class Sink {
  readonly #write: WritePiece;
  #filling = Buffer.allocUnsafeSlow(pieceSize);
  #flying = Buffer.allocUnsafeSlow(pieceSize);
  #used = 0;
  #flight: Promise<void> = Promise.resolve();
  /** Bytes taken so far. */
  size = 0;

  constructor(write: WritePiece) {
    this.#write = write;
  }

  async add(bytes: Uint8Array): Promise<void> {
    let at = 0;
    while (at < bytes.byteLength) {
      const part = bytes.subarray(at, at + pieceSize - this.#used);
      this.#filling.set(part, this.#used);
      at += part.byteLength;
      await this.#grow(part.byteLength);
    }
  }

  /**
   * Content of our own store is copied as it is; any other is verified on the way.
   * @throws DIGEST_MISMATCH, TOO_LARGE, TRUNCATED, whatever the content throws
   */
  async addContent(content: Content, signal?: AbortSignal): Promise<void> {
    const files = storedFiles(content);
    if (files === undefined && content.part !== undefined && content.size > pieceSize) {
      const lent = lentBytes(content.part, content.part.file, signal);
      for await (const piece of verified(lent, content, content.digest)) await this.#pass(piece);
      return;
    }
    if (files === undefined) {
      for await (const chunk of verified(content.open(signal), content, content.digest)) {
        signal?.throwIfAborted();
        await this.add(chunk);
      }
      return;
    }
    const before = this.size;
    for (const file of files) await this.#addFile(file, signal);
    const got = this.size - before;
    if (got !== content.size)
      throw new TareError({ code: "TRUNCATED", what: content.digest, want: content.size, got });
  }

  async #addFile(file: string, signal?: AbortSignal): Promise<void> {
    const handle = await open(file, "r");
    try {
      while (true) {
        signal?.throwIfAborted();
        const { bytesRead } = await handle.read(this.#filling, this.#used, pieceSize - this.#used, null);
        if (bytesRead === 0) return;
        await this.#grow(bytesRead);
      }
    } finally {
      await handle.close();
    }
  }

  /** Hands a piece on without copying it: it must stay as it is until the next one was handed on. */
  async #pass(piece: Uint8Array): Promise<void> {
    if (this.#used > 0) await this.#flush();
    await this.#flight;
    this.size += piece.byteLength;
    this.#fly(piece);
  }

  async #grow(count: number): Promise<void> {
    this.#used += count;
    this.size += count;
    if (this.#used === pieceSize) await this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#flight;
    const piece = this.#filling.subarray(0, this.#used);
    [this.#filling, this.#flying] = [this.#flying, this.#filling];
    this.#used = 0;
    this.#fly(piece);
  }

  #fly(piece: Uint8Array): void {
    this.#flight = this.#write(piece);
    // Who flushes next, or ends, hears of a failure; until then it is nobody's.
    this.#flight.catch(() => {});
  }

  /** Kept when every byte was handed on. */
  async end(): Promise<void> {
    await this.#flush();
    await this.#flight;
  }

  /** Waits for what is under way and forgets how it ended: before the file is closed after a failure. */
  async settle(): Promise<void> {
    await this.#flight.catch(() => {});
  }
}

export function intoFile(handle: FileHandle): WritePiece {
  return (piece) => writeAll(handle, piece);
}

/** A failure of the stream (a closed pipe) breaks the promise. */
export function intoStream(stream: Writable): WritePiece {
  return (piece) =>
    new Promise((resolve, reject) => {
      stream.write(piece, (cause) => (cause ? reject(cause) : resolve()));
    });
}
