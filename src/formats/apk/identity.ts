import { createHash } from "node:crypto";

/**
 * How apk 2 names a SHA-1: `Q1` and base64. Of a package it is the identity: of its control part, packed. Of a file it
 * is that of the content, of a symlink that of its text.
 */
export function identityOf(sha1: Uint8Array): string {
  return `Q1${Buffer.from(sha1).toString("base64")}`;
}

/** The identity of bytes. */
export function identify(bytes: Uint8Array): string {
  return identityOf(createHash("sha1").update(bytes).digest());
}

export function isIdentity(text: string): boolean {
  return /^Q1[A-Za-z0-9+/]{27}=$/.test(text);
}
