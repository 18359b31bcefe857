import { open } from "node:fs/promises";
import type { Bytes } from "./bytes.ts";
import { readFailure } from "./read-failure.ts";

/** A part of a file: from byte `start`, `size` bytes, or all that follow. */
export interface FilePart {
  readonly file: string;
  readonly start?: number;
  readonly size?: number;
}

const pieceSize = 1 << 20;

/**
 * The bytes of a file in large pieces, the next one read while the last is used. Their memory is used again: a piece
 * stays as it is until the next but one is asked for. Over a large file that is half of what fresh memory costs.
 * @throws UNREADABLE, with the file called `named`
 */
export async function* lentBytes(part: FilePart, named: string, signal?: AbortSignal): Bytes {
  const { file, start = 0, size = Number.POSITIVE_INFINITY } = part;
  const failed = (cause: unknown) => {
    throw readFailure(cause, named);
  };
  const handle = await open(file, "r").catch(failed);
  const ring = [0, 1, 2].map(() => Buffer.allocUnsafeSlow(Math.min(size, pieceSize)));
  let turn = 0;
  let at = start;
  const read = async (): Promise<Buffer> => {
    const buffer = ring[turn++ % ring.length] as Buffer;
    const length = Math.min(buffer.length, start + size - at);
    const { bytesRead } = await handle.read(buffer, 0, length, at).catch(failed);
    return buffer.subarray(0, bytesRead);
  };
  let reading = read();
  try {
    while (true) {
      signal?.throwIfAborted();
      const piece = await reading;
      if (piece.length === 0) return;
      at += piece.length;
      reading = read();
      // Whoever asks for it hears of a failure.
      reading.catch(() => undefined);
      yield piece;
    }
  } finally {
    await reading.catch(() => undefined);
    await handle.close();
  }
}
