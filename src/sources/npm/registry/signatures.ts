import { verify } from "node:crypto";
import { mapPool } from "../../../bytes/pool.ts";
import { byText } from "../../../bytes/text.ts";
import { TareError } from "../../../errors.ts";
import { registryOf, repositoryOf } from "./addresses.ts";
import type { NpmClient } from "./client.ts";
import { registryFailure } from "./failure.ts";
import { type RegistryKey, registryKeys } from "./keys.ts";
import { countedNames } from "./named.ts";

/** A package of a registry: what its signature is about. */
export interface Signed {
  readonly name: string;
  readonly version: string;
  /** One hash. */
  readonly integrity: string;
}

export interface CheckedSignatures {
  /** Fingerprints of the keys that signed, sorted, by the locked repository; empty for one without signatures. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  readonly notes: readonly string[];
}

/** Questions at a time. */
const connections = 8;

/**
 * Holds packages to what their registries signed, as `npm audit signatures` does: ECDSA over `NAME@VERSION:INTEGRITY`,
 * by a key that the registry serves and that had not expired when the version was published. A registry without keys
 * is not asked. That, and a package without a signature, is told of in a note.
 * @throws SIGNATURE_REFUSED, DOWNLOAD_FAILED, OFFLINE
 */
export async function checkSignatures(
  packages: readonly Signed[],
  client: NpmClient,
): Promise<CheckedSignatures> {
  const keys = new Map<string, readonly string[]>();
  const notes: string[] = [];
  const keyless: string[] = [];
  const byRepository = Map.groupBy(packages, ({ name }) => repositoryOf(name, client.options));
  for (const [repository, members] of [...byRepository].sort(([a], [b]) => byText(a, b))) {
    const served = await registryKeys(registryOf((members[0] as Signed).name, client.options), client);
    if (served.length === 0) {
      keys.set(repository, []);
      keyless.push(repository);
      continue;
    }
    const signers = new Set<string>();
    const unsigned = new Set<string>();
    const byName = [...Map.groupBy(members, ({ name }) => name)].sort(([a], [b]) => byText(a, b));
    client.progress?.({ kind: "step", text: `Checking the signatures of ${byName.length} packages` });
    await mapPool(byName, connections, async ([name, versions]) => {
      for (const { one, by } of await signersOf(name, versions, served, client)) {
        for (const key of by) signers.add(key);
        if (by.length === 0) unsigned.add(`${one.name} ${one.version}`);
      }
    });
    keys.set(repository, [...signers].sort(byText));
    if (unsigned.size > 0)
      notes.push(`${countedNames([...unsigned].sort(byText))} not signed, though ${repository} has keys.`);
  }
  if (keyless.length > 0) notes.push(keylessNote(keyless));
  return { keys, notes };
}

function keylessNote(repositories: readonly string[]): string {
  const serve = repositories.length === 1 ? "serves" : "serve";
  return `${repositories.join(" and ")} ${serve} no signing keys: packages are held to the integrity that the project's lock or the registry gives.`;
}

async function signersOf(
  name: string,
  versions: readonly Signed[],
  keys: readonly RegistryKey[],
  client: NpmClient,
): Promise<{ readonly one: Signed; readonly by: readonly string[] }[]> {
  let listed = await packumentOf(name, false, client);
  const expiring = (signature: Signature) =>
    keys.some(({ id, expires }) => id === signature.id && expires !== undefined);
  // Only the long form tells when a version was published.
  if (versions.some(({ version }) => signaturesIn(listed, version).some(expiring)))
    listed = await packumentOf(name, true, client);
  return versions.map((one) => {
    const signatures = signaturesIn(listed, one.version);
    const refused = signatures.flatMap((signature) => {
      const why = complaint(signature, one, publishedIn(listed, one.version), keys);
      return why === undefined ? [] : [{ key: shownKey(signature.id), why }];
    });
    if (refused.length > 0)
      throw new TareError({
        code: "SIGNATURE_REFUSED",
        what: `${one.name} ${one.version}`,
        signatures: refused,
        looked: [],
      });
    const signers = signatures.map(({ id }) => keys.find((key) => key.id === id)?.fingerprint as string);
    return { one, by: signers };
  });
}

interface Signature {
  readonly id: string;
  /** Base64 of DER. */
  readonly value: string;
}

/** What is wrong with a signature; undefined when it is good. */
function complaint(
  { id, value }: Signature,
  { name, version, integrity }: Signed,
  published: number,
  keys: readonly RegistryKey[],
): string | undefined {
  const found = keys.find((key) => key.id === id);
  if (found === undefined) return "the registry does not list it";
  if (found.expires !== undefined && published >= found.expires)
    return "it had expired when this was published";
  const text = Buffer.from(`${name}@${version}:${integrity}`);
  return verify("sha256", text, found.key, Buffer.from(value, "base64"))
    ? undefined
    : "it did not sign these bytes under this name and version";
}

/** A registry's own list of versions, as far as JSON can be believed. */
type Packument = Readonly<Record<string, unknown>>;

async function packumentOf(name: string, fullMetadata: boolean, client: NpmClient): Promise<Packument> {
  const { options, signal } = client;
  try {
    const { default: pacote } = await import("pacote");
    return (await pacote.packument(name, {
      ...options,
      fullMetadata,
      ...(signal && { signal }),
    })) as unknown as Packument;
  } catch (cause) {
    signal?.throwIfAborted();
    const where = registryOf(name, options);
    throw registryFailure(cause, { what: `The versions of ${name}`, where, cache: String(options.cache) });
  }
}

function signaturesIn(listed: Packument, version: string): Signature[] {
  const dist = fieldOf(fieldOf(fieldOf(listed, "versions"), version), "dist");
  const signatures = fieldOf(dist, "signatures");
  if (!Array.isArray(signatures)) return [];
  return signatures.slice(0, 16).map((one) => ({
    id: String(fieldOf(one, "keyid")),
    value: String(fieldOf(one, "sig")),
  }));
}

/** Milliseconds since the epoch. What has no date is old: dates have been there since 2015. */
function publishedIn(listed: Packument, version: string): number {
  const time = fieldOf(fieldOf(listed, "time"), version);
  return Date.parse(typeof time === "string" ? time : "") || Date.UTC(2015, 0, 1);
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, field)
    ? (value as Record<string, unknown>)[field]
    : undefined;
}

/** Anybody may write anything there. */
function shownKey(id: string): string {
  return /^[\w:+/=.-]{1,100}$/.test(id) ? id : "of no sound name";
}
