import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A key that a registry signs packages with, ECDSA over P-256, as `/-/npm/v1/keys` tells of it. */
export interface NpmKey {
  /** `SHA256:…`: what ssh-keygen(1) prints of the key. */
  readonly keyid: string;
  /** The same in upper-case hexadecimal. */
  readonly fingerprint: string;
  /** SubjectPublicKeyInfo, DER, base64. */
  readonly key: string;
  /** The public key as a line of `authorized_keys` (sshd(8)). */
  readonly ssh: string;
  readonly expires: string | null;
  /** Base64 of the DER signature of a text. */
  sign(text: string): string;
}

/** A new key. `expires` is a date as JSON has it; default never. */
export function makeNpmKey(expires: string | null = null): NpmKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const wire = sshWireForm(publicKey);
  const hash = createHash("sha256").update(wire).digest();
  return {
    keyid: `SHA256:${hash.toString("base64").replace(/=+$/, "")}`,
    fingerprint: hash.toString("hex").toUpperCase(),
    key: publicKey.export({ format: "der", type: "spki" }).toString("base64"),
    ssh: `ecdsa-sha2-nistp256 ${wire.toString("base64")}`,
    expires,
    sign: (text) => sign("sha256", Buffer.from(text), privateKey).toString("base64"),
  };
}

/** RFC 5656, section 3.1. */
function sshWireForm(key: KeyObject): Buffer {
  const { x = "", y = "" } = key.export({ format: "jwk" });
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
  const parts = [Buffer.from("ecdsa-sha2-nistp256"), Buffer.from("nistp256"), point];
  return Buffer.concat(parts.flatMap((part) => [Buffer.of(0, 0, 0, part.length), part]));
}
