import type { PublicKey } from "openpgp";
import { TareError } from "../errors.ts";

/** Public keys that may vouch for an index, and where they came from. */
export interface Keyring {
  /** File names, for sentences: which keyring was looked in. */
  readonly where: readonly string[];
  /** One per primary key: two copies of a key are merged, so that the newer one's expiry counts. */
  readonly keys: readonly PublicKey[];
  /** Keys of the same files that do not count, since `keys` of the recipe names others: for sentences. */
  readonly ruledOut?: readonly PublicKey[];
}

const limits = { bytes: 8 * 1024 * 1024, keys: 2000 };
const armour = {
  begin: "-----BEGIN PGP PUBLIC KEY BLOCK-----",
  end: "-----END PGP PUBLIC KEY BLOCK-----",
};

/**
 * Reads OpenPGP public keys (RFC 9580, 10.1), binary or armoured, any number of either; packets of kinds that are not
 * known are passed over. @throws BAD_ARCHIVE when there is no key in it, or something that is none
 */
export async function parseKeyring(bytes: Uint8Array, where: string): Promise<Keyring> {
  const unsound = (why: string, cause?: unknown) =>
    new TareError({ code: "BAD_ARCHIVE", format: "OpenPGP keyring", where, why }, { cause });
  if (bytes.byteLength > limits.bytes) throw unsound(`it is larger than ${limits.bytes} bytes`);
  if (bytes.byteLength === 0) throw unsound("it is empty");
  const { readKeys } = await import("openpgp");
  const binary = ((bytes[0] as number) & 0x80) !== 0;
  const blocks = binary ? [] : armouredBlocks(Buffer.from(bytes).toString("latin1"));
  if (!binary && blocks.length === 0) throw unsound("there is no public key block in it");
  try {
    const lists = binary
      ? [await readKeys({ binaryKeys: bytes })]
      : await Promise.all(blocks.map((block) => readKeys({ armoredKeys: block })));
    const keys = lists.flat();
    if (keys.length > limits.keys) throw unsound(`it holds more than ${limits.keys} keys`);
    if (keys.some((key) => key.isPrivate())) throw unsound("it holds a private key");
    return mergeKeyrings([{ where: [where], keys }]);
  } catch (error) {
    if (error instanceof TareError) throw error;
    throw unsound("its keys cannot be read", error);
  }
}

/** All keys of several keyrings, each once. */
export async function mergeKeyrings(keyrings: readonly Keyring[]): Promise<Keyring> {
  const keys = new Map<string, PublicKey>();
  for (const key of keyrings.flatMap((keyring) => keyring.keys)) {
    const fingerprint = key.getFingerprint();
    const known = keys.get(fingerprint);
    keys.set(fingerprint, known ? await known.update(key) : key);
  }
  return { where: [...new Set(keyrings.flatMap((keyring) => keyring.where))], keys: [...keys.values()] };
}

function armouredBlocks(text: string): string[] {
  const blocks: string[] = [];
  for (let at = text.indexOf(armour.begin); at >= 0; at = text.indexOf(armour.begin, at)) {
    const end = text.indexOf(armour.end, at);
    if (end < 0) break;
    blocks.push(text.slice(at, end + armour.end.length));
    at = end;
  }
  return blocks;
}
