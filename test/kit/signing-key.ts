import type { PrivateKey, PublicKey } from "openpgp";

/** An OpenPGP key that a test made for itself. gpg 2.2 reads it too (Ed25519 in its older form). */
export interface SigningKey {
  /** Of the primary key, upper case. */
  readonly fingerprint: string;
  /** The public key, binary: a keyring of one. Keyrings concatenate. */
  readonly keyring: Uint8Array;
  readonly armoredKeyring: string;
  readonly privateKey: PrivateKey;
  readonly publicKey: PublicKey;
}

export interface SigningKeyData {
  readonly name?: string;
  /** When the key was made. Default 2020-01-01. */
  readonly date?: Date;
  /** Seconds after `date`; default never. */
  readonly expiresAfter?: number;
  /** Sign with a subkey, as distributions do. */
  readonly subkey?: boolean;
}

export async function makeSigningKey(data: SigningKeyData = {}): Promise<SigningKey> {
  const openpgp = await import("openpgp");
  const { privateKey, publicKey } = await openpgp.generateKey({
    type: "ecc",
    curve: "ed25519Legacy",
    userIDs: [{ name: data.name ?? "A test archive" }],
    date: data.date ?? new Date("2020-01-01T00:00:00Z"),
    format: "object",
    ...(data.expiresAfter === undefined ? {} : { keyExpirationTime: data.expiresAfter }),
    ...(data.subkey ? { subkeys: [{ sign: true }] } : {}),
  });
  return {
    fingerprint: publicKey.getFingerprint().toUpperCase(),
    keyring: publicKey.write(),
    armoredKeyring: publicKey.armor(),
    privateKey,
    publicKey,
  };
}

let shared: Promise<SigningKey> | undefined;

/** One key for every test of a file that does not care which. */
export function defaultSigningKey(): Promise<SigningKey> {
  shared ??= makeSigningKey();
  return shared;
}

/** `text` as an InRelease is: cleartext-signed. */
export async function clearsign(text: string, keys: readonly SigningKey[], date: Date): Promise<string> {
  const openpgp = await import("openpgp");
  return await openpgp.sign({
    message: await openpgp.createCleartextMessage({ text }),
    signingKeys: keys.map((key) => key.privateKey),
    date,
  });
}

/** A detached signature, as `Release.gpg` is; armoured unless `binary`. */
export async function signDetached(
  bytes: Uint8Array,
  keys: readonly SigningKey[],
  date: Date,
  binary = false,
): Promise<Uint8Array> {
  const openpgp = await import("openpgp");
  const message = await openpgp.createMessage({ binary: bytes });
  const signingKeys = keys.map((key) => key.privateKey);
  if (binary)
    return (await openpgp.sign({
      message,
      signingKeys,
      date,
      detached: true,
      format: "binary",
    })) as Uint8Array;
  return Buffer.from((await openpgp.sign({ message, signingKeys, date, detached: true })) as string);
}
