import type { Bytes } from "../../src/bytes/bytes.ts";

/** Bytes in chunks of `size`, the last one shorter. */
export function* inChunks(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The same as a stream that says what became of it: how far it was read, and whether its reader let go of it. */
export function observed(
  bytes: Uint8Array,
  size = bytes.length,
): { readonly stream: Bytes; readonly seen: { read: number; closed: boolean } } {
  const seen = { read: 0, closed: false };
  const stream = async function* () {
    try {
      for (const chunk of inChunks(bytes, Math.max(1, size))) {
        seen.read += chunk.length;
        yield chunk;
      }
    } finally {
      seen.closed = true;
    }
  };
  return { stream: stream(), seen };
}
