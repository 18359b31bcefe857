import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { collect } from "../../../bytes/bytes.ts";
import { TareError } from "../../../errors.ts";
import { shownUrl } from "../../../http/url.ts";
import type { NpmClient } from "./client.ts";
import { registryFailure } from "./failure.ts";
import { bytesOf } from "./stream-bytes.ts";

/** A key that a registry signs packages with. */
export interface RegistryKey {
  /** As signatures name it: `SHA256:…`. */
  readonly id: string;
  /** sha256 of the key as SSH writes it, upper-case hexadecimal: what npm's own registry calls the id, computed from the key. */
  readonly fingerprint: string;
  readonly key: KeyObject;
  /** Milliseconds since the epoch: what was published from then on it may not have signed. */
  readonly expires: number | undefined;
}

const bodyLimit = 1 << 20;
const countLimit = 256;

/** What a registry answered last, for when it may not be asked. */
const room = "npm-keys";

/**
 * The keys of the registry at `base` (which ends in a slash), from `-/npm/v1/keys`; none where it serves none. Keys of
 * a kind that npm does not use are left out. Offline those that it had when it was asked last.
 * @throws DOWNLOAD_FAILED, OFFLINE, TOO_LARGE, what `Store.remember` throws
 */
export async function registryKeys(base: string, client: NpmClient): Promise<readonly RegistryKey[]> {
  const { options, store } = client;
  if (options.offline === true) {
    const remembered = await store.recall(room, base);
    if (remembered !== undefined) return keysIn(remembered.toString());
    throw new TareError({
      code: "OFFLINE",
      what: `The list of keys that ${shownUrl(base)} signs packages with`,
    });
  }
  const { text, keys } = await servedKeys(base, client);
  await store.remember(room, base, Buffer.from(text));
  return keys;
}

interface Served {
  readonly text: string;
  readonly keys: readonly RegistryKey[];
}

async function servedKeys(base: string, { options, signal }: NpmClient): Promise<Served> {
  const where = `${base}-/npm/v1/keys`;
  const what = "the list of signing keys";
  const { default: fetch } = await import("npm-registry-fetch");
  try {
    const response = await fetch(where, { ...options, ...(signal && { signal }) });
    const bytes = await collect(bytesOf(response.body as NodeJS.ReadableStream), bodyLimit, what);
    const text = bytes.toString();
    return { text, keys: keysIn(text) };
  } catch (cause) {
    signal?.throwIfAborted();
    if (refuses(cause)) return { text: "{}", keys: [] };
    throw registryFailure(cause, { what, where, cache: String(options.cache) });
  }
}

/** A registry says in many ways that it knows of no keys. */
function refuses(cause: unknown): boolean {
  const status = Object(cause).statusCode;
  return typeof status === "number" && status >= 400 && status < 500 && ![408, 429].includes(status);
}

/** A page for people is as good as no answer: that registry does not know the question. */
function keysIn(text: string): RegistryKey[] {
  if (text.trimStart().startsWith("<")) return [];
  const keys: unknown = Object(JSON.parse(text)).keys;
  return Array.isArray(keys) ? keys.slice(0, countLimit).flatMap((one) => keyOf(Object(one)) ?? []) : [];
}

function keyOf({ keyid, key, expires, keytype }: Record<string, unknown>): RegistryKey | undefined {
  if (typeof keyid !== "string" || typeof key !== "string" || keytype !== "ecdsa-sha2-nistp256")
    return undefined;
  try {
    const parsed = createPublicKey({ key: Buffer.from(key, "base64"), format: "der", type: "spki" });
    if (parsed.asymmetricKeyDetails?.namedCurve !== "prime256v1") return undefined;
    return {
      id: keyid,
      fingerprint: createHash("sha256").update(sshForm(parsed)).digest("hex").toUpperCase(),
      key: parsed,
      // A date that nobody can read is long ago.
      expires: typeof expires === "string" ? Date.parse(expires) || 0 : undefined,
    };
  } catch {
    return undefined;
  }
}

/** An ECDSA key over P-256 in SSH's wire form: RFC 5656, section 3.1. */
function sshForm(key: KeyObject): Buffer {
  const { x = "", y = "" } = key.export({ format: "jwk" });
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
  return Buffer.concat(
    [Buffer.from("ecdsa-sha2-nistp256"), Buffer.from("nistp256"), point].flatMap((part) => [
      Buffer.of(0, 0, 0, part.length),
      part,
    ]),
  );
}
