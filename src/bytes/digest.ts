import { createHash } from "node:crypto";
import { TareError } from "../errors.ts";
import type { AnyBytes, Bytes } from "./bytes.ts";

/** `algorithm:hex`, lower case. OCI image-spec, descriptor.md, "Digests". */
export type Digest = `sha256:${string}` | `sha512:${string}`;

/** What a piece of content must be: its digest, and its length in bytes. */
export interface Expected {
  readonly digest: Digest;
  readonly size?: number;
}

const shape = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

export function isDigest(text: string): text is Digest {
  return shape.test(text);
}

export function algorithmOf(digest: Digest): "sha256" | "sha512" {
  return digest.startsWith("sha512:") ? "sha512" : "sha256";
}

export function hexOf(digest: Digest): string {
  return digest.slice(digest.indexOf(":") + 1);
}

/** sha256 of bytes or of the UTF-8 of a string. */
export function digestOf(data: Uint8Array | string): Digest {
  return `sha256:${createHash("sha256").update(data).digest("hex")}`;
}

/**
 * Passes `source` through and speaks at its end: the bytes may be used only after the last one was read.
 * @throws TOO_LARGE at the first byte past the expected size, TRUNCATED, DIGEST_MISMATCH
 */
export async function* verified(source: AnyBytes, want: Expected, what: string): Bytes {
  const algorithm = algorithmOf(want.digest);
  const hash = createHash(algorithm);
  let size = 0;
  for await (const chunk of source) {
    size += chunk.byteLength;
    if (want.size !== undefined && size > want.size)
      throw new TareError({ code: "TOO_LARGE", what, limit: want.size, promised: true });
    hash.update(chunk);
    yield chunk;
  }
  if (want.size !== undefined && size < want.size)
    throw new TareError({ code: "TRUNCATED", what, want: want.size, got: size });
  const got = `${algorithm}:${hash.digest("hex")}`;
  if (got !== want.digest)
    throw new TareError({ code: "DIGEST_MISMATCH", what, want: want.digest, got, size });
}

/** A stream whose digest and length are known when its last byte was read. */
export interface Hashed {
  readonly bytes: Bytes;
  /** Of what was read so far; asked once. */
  result(): { readonly digest: Digest; readonly size: number };
}

export function hashed(source: AnyBytes): Hashed {
  const hash = createHash("sha256");
  let size = 0;
  const bytes = async function* (): Bytes {
    for await (const chunk of source) {
      hash.update(chunk);
      size += chunk.byteLength;
      yield chunk;
    }
  };
  return { bytes: bytes(), result: () => ({ digest: `sha256:${hash.digest("hex")}`, size }) };
}
