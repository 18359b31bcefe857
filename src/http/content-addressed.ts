import { algorithmOf, type Digest, hexOf } from "../bytes/digest.ts";

/**
 * Where content-addressed mirrors have a file: `BASE/sha256/HEX`. Any web server over a folder of that shape will do
 * (the layout of an OCI layout's `blobs/`). They are asked after a repository's own mirrors, for packages that those
 * dropped: the digest of the lock decides, so they need no trust.
 */
export function contentAddresses(bases: readonly string[], digest: Digest): string[] {
  return bases.map((base) => `${base.replace(/\/+$/, "")}/${algorithmOf(digest)}/${hexOf(digest)}`);
}

/** `TARE_CAS_MIRRORS`: addresses, separated by blanks. */
export function basesFrom(variable: string | undefined): string[] {
  return (variable ?? "").split(/\s+/).filter((base) => base !== "");
}
