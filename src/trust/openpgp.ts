import type { KeyID, PartialConfig, PublicKey, SignaturePacket, VerifyMessageResult } from "openpgp";
import type { Bytes } from "../bytes/bytes.ts";
import { TareError } from "../errors.ts";
import { checkCleartextFrame } from "./cleartext.ts";
import type { Keyring } from "./keyring.ts";

/** Who vouches for some bytes. */
export interface Verification {
  /** Upper-case fingerprints of the primary keys whose signatures hold, sorted; at least one. */
  readonly signers: readonly string[];
  /** The newest creation time of those signatures. */
  readonly signedAt: Date;
}

export interface VerifyOptions {
  /** Names the file in sentences: `InRelease of bookworm`. */
  readonly what: string;
  readonly keyring: Keyring;
  readonly now: Date;
  /** Fingerprints, of primary keys or subkeys, that must be among the signers. Case and blanks do not matter. */
  readonly pins?: readonly string[];
}

/**
 * Verifies a cleartext-signed text (RFC 9580, 7) and returns exactly what was signed: dash-escapes undone, white space
 * at the ends of lines gone, lines ended by `\n`. Use this text, never the file's.
 * @throws SIGNATURE_MISSING, UNSIGNED_TEXT, and what {@link verifyDetached} throws
 */
export async function verifyCleartext(
  bytes: Uint8Array,
  options: VerifyOptions,
): Promise<Verification & { readonly text: string }> {
  const { what, keyring, now } = options;
  const text = textOf(bytes, what);
  checkCleartextFrame(text, what);
  const openpgp = await import("openpgp");
  const message = await openpgp.readCleartextMessage({ cleartextMessage: text }).catch((cause: Error) => {
    throw new TareError({ code: "UNSIGNED_TEXT", what, why: "its signature cannot be read" }, { cause });
  });
  checkCount(message, what);
  const { data, signatures } = await openpgp
    .verify({
      message,
      verificationKeys: [...keyring.keys],
      date: soon(now),
      config: await policy(),
    })
    .catch((cause: Error) => {
      throw unsound(message, options, cause);
    });
  return { ...(await judge(signatures, options)), text: data as string };
}

/**
 * Verifies a detached signature, armoured or binary, over exactly `bytes` (`Release` and `Release.gpg`). A stream is read
 * once, to its end, and not kept.
 * At least one signature must hold by a key of the keyring. Signatures by unknown, expired, or revoked keys and by weak
 * digests (MD5, SHA-1, RIPEMD) count for nothing; a signature by a known key that does not fit the bytes is refused
 * even beside good ones. @throws SIGNATURE_MISSING, SIGNATURE_REFUSED, KEY_NOT_PINNED, TOO_MANY_SIGNATURES, TOO_LARGE
 */
export async function verifyDetached(
  bytes: Uint8Array | Bytes,
  signatureFile: Uint8Array,
  options: VerifyOptions,
): Promise<Verification> {
  const { what, keyring, now } = options;
  if (signatureFile.length > maxSignatureBytes)
    throw new TareError({ code: "TOO_LARGE", what: `the signature of ${what}`, limit: maxSignatureBytes });
  const openpgp = await import("openpgp");
  const binary = ((signatureFile[0] ?? 0) & 0x80) !== 0;
  const signature = await (binary
    ? openpgp.readSignature({ binarySignature: signatureFile })
    : openpgp.readSignature({ armoredSignature: Buffer.from(signatureFile).toString("latin1") })
  ).catch((cause: Error) => {
    throw new TareError({ code: "SIGNATURE_MISSING", what }, { cause });
  });
  checkCount(signature, what);
  const settings = {
    signature,
    format: "binary" as const,
    verificationKeys: [...keyring.keys],
    date: soon(now),
    config: await policy(),
  };
  const refuse = (cause: Error) => {
    throw unsound(signature, options, cause);
  };
  if (bytes instanceof Uint8Array) {
    const message = await openpgp.createMessage({ binary: bytes });
    return await judge((await openpgp.verify({ ...settings, message }).catch(refuse)).signatures, options);
  }
  const message = await openpgp.createMessage({ binary: ReadableStream.from(bytes) });
  const { data, signatures } = await openpgp.verify({ ...settings, message }).catch(refuse);
  // They are settled once the data was read; whoever asks for them then hears of a failure.
  for (const { verified } of signatures) verified.catch(() => undefined);
  await readThrough(data);
  return await judge(signatures, options);
}

/** The library hands its own kind of stream on, which knows a reader but no loop. */
async function readThrough(data: unknown): Promise<void> {
  const reader = (data as ReadableStream<Uint8Array>).getReader();
  while (!(await reader.read()).done);
}

/** Clocks differ: a signature may be made this much after our now. */
const tolerance = 5 * 60_000;

function soon(now: Date): Date {
  return new Date(now.getTime() + tolerance);
}

async function policy(): Promise<PartialConfig> {
  const { enums } = await import("openpgp");
  const { md5, ripemd, sha1 } = enums.hash;
  return {
    rejectMessageHashAlgorithms: new Set([md5, ripemd, sha1]),
    rejectHashAlgorithms: new Set([md5, ripemd]),
  };
}

interface Signed {
  /** One for each signature; none for one of a kind that the library does not read, whatever its types say. */
  getSigningKeyIDs(): readonly (KeyID | undefined)[];
}

/** Signatures that the library gives up on before it looks at any key, such as those of no known type. */
function unsound(signed: Signed, { what, keyring }: VerifyOptions, cause: Error): TareError {
  const signatures = signed.getSigningKeyIDs().map((id) => ({
    key: id?.toHex().toUpperCase() ?? "of an unknown kind",
    why: "its signature, or one beside it, is none that can be read",
  }));
  return new TareError({ code: "SIGNATURE_REFUSED", what, signatures, looked: keyring.where }, { cause });
}

const maxSignatures = 64;
/** Of all detached signatures of one thing together. */
const maxSignatureBytes = 1 << 20;

/** The library verifies every signature that is there, so they are counted first. @throws TOO_MANY_SIGNATURES */
function checkCount(signed: Signed, what: string): void {
  const count = signed.getSigningKeyIDs().length;
  if (count > maxSignatures)
    throw new TareError({ code: "TOO_MANY_SIGNATURES", what, count, limit: maxSignatures });
}

async function judge(
  signatures: VerifyMessageResult["signatures"],
  options: VerifyOptions,
): Promise<Verification> {
  const { what, keyring, pins = [] } = options;
  if (signatures.length === 0) throw new TareError({ code: "SIGNATURE_MISSING", what });
  const refused: { key: string; why: string; unknown?: true }[] = [];
  const refuse = () =>
    new TareError({ code: "SIGNATURE_REFUSED", what, signatures: refused, looked: keyring.where });
  const signers = new Map<string, PublicKey>();
  let signedAt = 0;
  let tampered = false;
  for (const signature of signatures) {
    const key = keyring.keys.find((candidate) => candidate.getKeys(signature.keyID).length > 0);
    const packet = (await signature.signature).packets[0] as SignaturePacket;
    try {
      await signature.verified;
      if (!key) throw new Error("no key");
      signers.set(key.getFingerprint().toUpperCase(), key);
      signedAt = Math.max(signedAt, packet.created?.getTime() ?? 0);
    } catch (error) {
      const ruledOut = keyring.ruledOut?.find((one) => one.getKeys(signature.keyID).length > 0);
      const known = key ?? ruledOut;
      const why = ruledOut
        ? 'it is in the keyring, but "keys" does not name it'
        : reasonOf(error, key, packet);
      tampered ||= why === notTheBytes;
      const name = (known?.getFingerprint() ?? signature.keyID.toHex()).toUpperCase();
      refused.push(known ? { key: name, why } : { key: name, why, unknown: true });
    }
  }
  if (tampered || signers.size === 0) throw refuse();
  const fingerprints = [...signers.keys()].sort();
  const missing = pins
    .map(plainFingerprint)
    .filter((pin) => ![...signers.values()].some((key) => isOf(key, pin)));
  if (missing.length > 0)
    throw new TareError({ code: "KEY_NOT_PINNED", what, missing, signers: fingerprints });
  return { signers: fingerprints, signedAt: new Date(signedAt) };
}

/** Whether a fingerprint is the primary key's own or that of one of its subkeys. */
function isOf(key: PublicKey, fingerprint: string): boolean {
  return key.getKeys().some((part) => part.getFingerprint().toUpperCase() === fingerprint);
}

function plainFingerprint(text: string): string {
  return text.replace(/^0x|\s+/gi, "").toUpperCase();
}

const notTheBytes = "it does not fit the text, which was changed after it was signed";

/** The library tells its reasons apart only by their words; none of them decides, but for "changed", anything. */
function reasonOf(error: unknown, key: PublicKey | undefined, packet: SignaturePacket): string {
  const text = error instanceof Error ? error.message : String(error);
  const day = packet.created?.toISOString().slice(0, 10);
  if (!key) return "it is not in the keyring";
  if (/digest did not match|verification failed/.test(text)) return notTheBytes;
  if (/time is in the future/.test(text)) return `its signature is from the future (${day})`;
  if (/Signature is expired/.test(text)) return "its signature has expired";
  if (/Insecure (?:message )?hash/.test(text))
    return `its signature uses a weak digest (${text.split(": ").at(-1)})`;
  if (/revoked/.test(text)) return "it is revoked";
  if (/expired/.test(text)) return `it had expired when it signed (${day})`;
  if (/too weak|too short/.test(text)) return "the key is too weak";
  return text;
}

function textOf(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TareError({ code: "UNSIGNED_TEXT", what, why: "it is not UTF-8 text" }, { cause });
  }
}

/**
 * The text of a file that is used although nobody vouches for it: of a cleartext-signed one, the signed part.
 * @throws UNSIGNED_TEXT when it cannot be read
 */
export async function unverifiedText(bytes: Uint8Array, what: string): Promise<string> {
  const text = textOf(bytes, what);
  if (!text.startsWith("-----BEGIN PGP SIGNED MESSAGE-----")) return text;
  checkCleartextFrame(text, what);
  const { readCleartextMessage } = await import("openpgp");
  const message = await readCleartextMessage({ cleartextMessage: text }).catch((cause: Error) => {
    throw new TareError({ code: "UNSIGNED_TEXT", what, why: "its signature cannot be read" }, { cause });
  });
  return message.getText();
}
