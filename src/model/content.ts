import type { Bytes } from "../bytes/bytes.ts";
import type { Digest } from "../bytes/digest.ts";

/** Bytes that are known before they are read. */
export interface Content {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** A fresh stream on every call. The reader owns it; stopping early releases what it holds. */
  open(signal?: AbortSignal): Bytes;
}

/** Content that is held in memory. */
export function contentOf(bytes: Uint8Array, digest: Digest): Content {
  return {
    digest,
    size: bytes.byteLength,
    async *open() {
      yield bytes;
    },
  };
}
