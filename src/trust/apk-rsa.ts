import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { TareError } from "../errors.ts";

/** A public key that may vouch for an index of apk. */
export interface ApkKey {
  /** Its file name, by which signatures name it: `alpine-devel@lists.alpinelinux.org-616ae350.rsa.pub`. */
  readonly name: string;
  /** Upper-case hex of the SHA-256 of its DER form (SubjectPublicKeyInfo). */
  readonly fingerprint: string;
  readonly key: KeyObject;
  /** The file as it was found: PEM. */
  readonly pem: string;
}

/** Keys, and where they were looked for. */
export interface ApkKeyring {
  readonly where: readonly string[];
  readonly keys: readonly ApkKey[];
}

/** As indexes and packages carry it. */
export interface RsaSignature {
  readonly key: string;
  readonly hash: "sha1" | "sha256" | "sha512";
  readonly bytes: Uint8Array;
}

const largest = 64 * 1024;
const smallestModulus = 2048;

/** @param name the key's own: the last part of a path @throws BAD_ARCHIVE for what is no RSA key of 2,048 bits or more */
export function parseApkKey(bytes: Uint8Array, name: string, where: string): ApkKey {
  const unsound = (why: string, cause?: unknown) =>
    new TareError({ code: "BAD_ARCHIVE", format: "public key of apk", where, why }, { cause });
  if (bytes.byteLength > largest) throw unsound(`it is larger than ${largest} bytes`);
  const pem = Buffer.from(bytes).toString("latin1");
  if (!/^-----BEGIN PUBLIC KEY-----\r?$/m.test(pem)) throw unsound("there is no PEM public key in it");
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (cause) {
    throw unsound("it cannot be read", cause);
  }
  if (key.asymmetricKeyType !== "rsa") throw unsound(`it is not for RSA but for ${key.asymmetricKeyType}`);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < smallestModulus) throw unsound(`it has ${bits} bits, fewer than ${smallestModulus}`);
  const der = key.export({ type: "spki", format: "der" });
  return { name, key, pem, fingerprint: createHash("sha256").update(der).digest("hex").toUpperCase() };
}

/**
 * Who of a keyring signed. One good signature is enough, and one by a known key that does not fit is too many. The
 * signature says by name which key made it; a key under that name and no other counts.
 * @param pins fingerprints, upper case: where there are any, one of them must be among the signers (each machine's
 *   index of one release has a key of its own, so that all of them never are)
 * @returns fingerprints of the signers; at least one
 * @throws SIGNATURE_MISSING, SIGNATURE_REFUSED, KEY_NOT_PINNED
 */
export function verifyApk(
  signed: Uint8Array,
  signatures: readonly RsaSignature[],
  {
    what,
    keyring,
    pins,
  }: { readonly what: string; readonly keyring: ApkKeyring; readonly pins: readonly string[] },
): string[] {
  if (signatures.length === 0) throw new TareError({ code: "SIGNATURE_MISSING", what });
  const signers: string[] = [];
  const refused: { key: string; why: string; unknown?: true }[] = [];
  let broken = false;
  for (const { key: name, hash, bytes } of signatures) {
    const keys = keyring.keys.filter((key) => key.name === name);
    const signer = keys.find(({ key }) => verify(hash, signed, key, bytes));
    if (signer !== undefined) signers.push(signer.fingerprint);
    else if (keys.length === 0)
      refused.push({ key: name, why: "it is not among the known keys", unknown: true });
    else {
      refused.push({ key: name, why: "its signature does not fit the content" });
      broken = true;
    }
  }
  if (signers.length === 0 || broken)
    throw new TareError({ code: "SIGNATURE_REFUSED", what, signatures: refused, looked: keyring.where });
  if (pins.length > 0 && !pins.some((pin) => signers.includes(pin)))
    throw new TareError({ code: "KEY_NOT_PINNED", what, missing: pins, signers });
  return [...new Set(signers)];
}
