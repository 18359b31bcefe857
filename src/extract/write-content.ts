import { ftruncateSync, writeSync } from "node:fs";
import { TareError } from "../errors.ts";
import type { Entry } from "../model/entry.ts";

const holeSize = 64 << 10;
const zeros = Buffer.alloc(holeSize);

/**
 * Writes an entry's content to an open, new and empty file. Long runs of zeros become holes.
 * @throws TOO_LARGE, TRUNCATED when it is not as long as its header says; system errors
 */
export async function writeContent(file: number, entry: Entry, signal?: AbortSignal): Promise<void> {
  const source = entry.content instanceof Uint8Array ? [entry.content] : entry.content;
  let size = 0;
  let written = 0;
  for await (const chunk of source) {
    signal?.throwIfAborted();
    if (size + chunk.byteLength > entry.size)
      throw new TareError({ code: "TOO_LARGE", what: entry.path, limit: entry.size });
    for (const [start, end] of filledParts(chunk)) {
      writeAt(file, chunk.subarray(start, end), size + start);
      written = size + end;
    }
    size += chunk.byteLength;
  }
  if (size < entry.size)
    throw new TareError({ code: "TRUNCATED", what: entry.path, want: entry.size, got: size });
  if (written < size) ftruncateSync(file, size);
}

/** Where a chunk is more than zeros, as starts and ends. */
function* filledParts(chunk: Uint8Array): Iterable<readonly [number, number]> {
  let start = 0;
  for (let at = 0; at + holeSize <= chunk.byteLength; at += holeSize) {
    if (zeros.compare(chunk, at, at + holeSize) !== 0) continue;
    if (start < at) yield [start, at];
    start = at + holeSize;
  }
  if (start < chunk.byteLength) yield [start, chunk.byteLength];
}

/** Waits for the kernel to take it: memory to memory for most files, and quicker than a turn of the event loop. */
function writeAt(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.byteLength; )
    done += writeSync(file, bytes, done, bytes.byteLength - done, position + done);
}
