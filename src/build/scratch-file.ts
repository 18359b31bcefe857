import { randomUUID } from "node:crypto";
import { closeSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { writeFailure } from "../bytes/write-file.ts";

/** A new file in the scratch folder, written from its beginning and read at random. Whoever opened it closes it. */
export class ScratchFile {
  readonly path: string;
  /** Bytes so far. */
  size = 0;
  readonly #handle: number;

  /** @throws DISK_FULL, CANNOT_WRITE */
  constructor(scratch: string) {
    this.path = join(scratch, randomUUID());
    try {
      this.#handle = openSync(this.path, "wx+");
    } catch (cause) {
      throw writeFailure(cause, this.path);
    }
  }

  /** @throws DISK_FULL, CANNOT_WRITE */
  append(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length; )
        at += writeSync(this.#handle, bytes, at, bytes.length - at, this.size + at);
    } catch (cause) {
      throw writeFailure(cause, this.path);
    }
    this.size += bytes.length;
  }

  /** Bytes from `offset`, at most `length`; fewer when the file ends before. They are the caller's. */
  read(offset: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const buffer = Buffer.allocUnsafe(wanted);
    const got = wanted === 0 ? 0 : readSync(this.#handle, buffer, 0, wanted, offset);
    return buffer.subarray(0, got);
  }

  /** Empty again. */
  clear(): void {
    ftruncateSync(this.#handle);
    this.size = 0;
  }

  /** The file stays, for whoever knows its path. */
  close(): void {
    closeSync(this.#handle);
  }

  remove(): void {
    this.close();
    rmSync(this.path, { force: true });
  }
}
