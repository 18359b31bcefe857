import { createHash } from "node:crypto";
import type { AnyBytes, Bytes } from "../../bytes/bytes.ts";
import { TareError } from "../../errors.ts";
import { bad } from "./bad.ts";

/** A digest that a package says something of its own has. */
export interface RpmDigest {
  /** As Node.js names it. */
  readonly algorithm: string;
  /** Lower case. */
  readonly hex: string;
}

/** By OpenPGP's numbers (RFC 9580, 9.5), as headers use them. */
const algorithms: Readonly<Record<number, string>> = {
  1: "md5",
  2: "sha1",
  8: "sha256",
  9: "sha384",
  10: "sha512",
  11: "sha224",
  12: "sha3-256",
  14: "sha3-512",
};

/** @throws BAD_ARCHIVE for a number that nobody knows */
export function algorithmOf(number: number, where: string): string {
  const algorithm = algorithms[number];
  if (algorithm === undefined) throw bad(where, `its digests are made by the unknown algorithm ${number}`);
  return algorithm;
}

/** @throws DIGEST_MISMATCH */
export function checkDigest(bytes: Uint8Array, want: RpmDigest, what: string): void {
  compare(createHash(want.algorithm).update(bytes).digest("hex"), want, bytes.byteLength, what);
}

/** Passes bytes through; the digests speak at their end. @throws DIGEST_MISMATCH */
export async function* withDigests(source: AnyBytes, wants: readonly RpmDigest[], what: string): Bytes {
  const hashes = wants.map(({ algorithm }) => createHash(algorithm));
  let size = 0;
  for await (const chunk of source) {
    size += chunk.byteLength;
    for (const hash of hashes) hash.update(chunk);
    yield chunk;
  }
  for (const [at, want] of wants.entries())
    compare((hashes[at] as (typeof hashes)[number]).digest("hex"), want, size, what);
}

function compare(got: string, want: RpmDigest, size: number, what: string): void {
  if (got === want.hex) return;
  const [wanted, have] = [`${want.algorithm}:${want.hex}`, `${want.algorithm}:${got}`];
  throw new TareError({ code: "DIGEST_MISMATCH", what, want: wanted, got: have, size });
}
