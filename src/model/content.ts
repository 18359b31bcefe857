import type { Bytes } from "../bytes/bytes.ts";
import type { Digest } from "../bytes/digest.ts";
import type { FilePart } from "../bytes/lent-bytes.ts";

/** Bytes that are known before they are read. */
export interface Content {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** A fresh stream on every call. The reader owns it; stopping early releases what it holds. */
  open(signal?: AbortSignal): Bytes;
  /** Where the same bytes lie on this machine, unverified, for whoever copies much. */
  readonly part?: FilePart | undefined;
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

/**
 * Content that stands in files of our own store, whole or in parts one after another. It was verified when it was
 * kept, so it may be copied without hashing it again; the files are never written to.
 */
export interface StoredParts extends Content {
  readonly files: readonly string[];
}

/** The files that together are this content, or undefined when it does not come from our own store. */
export function storedFiles(
  content: Content & { file?: string; files?: readonly string[] },
): readonly string[] | undefined {
  return content.files ?? (content.file === undefined ? undefined : [content.file]);
}
