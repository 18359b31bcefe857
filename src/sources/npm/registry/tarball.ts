import { limited } from "../../../bytes/bytes.ts";
import { type Digest, isDigest } from "../../../bytes/digest.ts";
import { TareError } from "../../../errors.ts";
import type { Package } from "../../../model/package.ts";
import type { Store, StoredContent } from "../../../model/seams.ts";
import { isWebAddress, repositoryOf } from "./addresses.ts";
import type { NpmClient } from "./client.ts";
import { checkIdentity } from "./identity.ts";
import {
  type Integrity,
  integrityText,
  isSoundIntegrity,
  strongestIntegrity,
  withIntegrity,
} from "./integrity.ts";
import { isPublished, newestPublished } from "./published.ts";
import { type Tarball, withTarball } from "./with-tarball.ts";

/** Largest tarball that is taken into a lock: the largest seen, of browsers and models, stay below. */
const tarballLimit = 1 << 30;

/**
 * Brings a locked package's tarball into the store; nothing is fetched when the store has it. The lock's digest and
 * size decide, and its integrity, too.
 * @throws DIGEST_MISMATCH, TRUNCATED, TOO_LARGE, what {@link withTarball} throws and what `Store.put` throws
 */
export async function npmTarball(wanted: Package, client: NpmClient): Promise<StoredContent> {
  const { store, signal } = client;
  const { name, version, location, size, digest } = wanted;
  const have = await store.find(digest);
  if (have?.size === size) return have;
  const integrity = wanted.integrity === undefined ? undefined : strongestIntegrity(wanted.integrity);
  const take = (bytes: AsyncIterable<Uint8Array>) =>
    store.put(bytes, { digest, size }, `${name} ${version}`, signal);
  return await withTarball({ name, version, location, integrity, size }, take, client);
}

/** What a tree says of a package whose bytes nobody has seen yet. */
export interface NewTarball {
  readonly name: string;
  readonly version: string;
  /** Relative to the registry's base, or a whole web address. */
  readonly location: string;
  /** Subresource Integrity, as the registry or a package-lock.json has it. */
  readonly integrity?: string | undefined;
}

/** What a lock says of a package's bytes. */
export interface SeenTarball {
  readonly digest: Digest;
  readonly size: number;
  /** One hash: the strongest that the registry told; the sha512 that was computed where there is no registry. */
  readonly integrity: string;
}

/** Which bytes stood behind an integrity, so that locking again needs none of them. */
const room = "npm-tarball";

/**
 * Fetches a package that no lock has yet, and tells what its bytes are. What was fetched once is remembered.
 * @throws UNSOUND_PACKAGE when a registry vouches for no bytes, TOO_LARGE, what {@link withTarball} throws and what
 * `Store.add` throws
 */
export async function fetchNewTarball(wanted: NewTarball, client: NpmClient): Promise<SeenTarball> {
  const { store, signal } = client;
  const { name, version, location } = wanted;
  checkIdentity(wanted, client.options);
  const want = await vouchedFor(wanted, client);
  const known = want && (await recallSeen(want, store));
  if (known) return known;
  const what = `${name} ${version}`;
  let integrity: Integrity | undefined;
  const tarball: Tarball = { name, version, location, integrity: want };
  const { digest, size } = await withTarball(
    tarball,
    (bytes) => {
      const held = withIntegrity(limited(bytes, tarballLimit, what), want, what, (said) => {
        integrity = said;
      });
      return store.add(held, what, signal);
    },
    client,
  );
  // `Store.add` has read to the end, so it was said.
  const seen: SeenTarball = { digest, size, integrity: integrityText(integrity as Integrity) };
  await store.remember(room, seen.integrity, Buffer.from(JSON.stringify({ digest, size })));
  return seen;
}

/** Undefined for a web address that comes without. A lock of npm may lack what the registry knows. @throws UNSOUND_PACKAGE */
async function vouchedFor(
  { name, version, location, integrity }: NewTarball,
  client: NpmClient,
): Promise<Integrity | undefined> {
  if (integrity !== undefined && !isSoundIntegrity(integrity))
    throw new TareError({
      code: "UNSOUND_PACKAGE",
      package: `${name} ${version}`,
      repository: repositoryOf(name, client.options),
      why: `its integrity is ${JSON.stringify(integrity.slice(0, 120))}, which is no sound sha512, sha384, sha256 or sha1`,
    });
  const said = strongestIntegrity(integrity ?? "");
  if (said !== undefined || isWebAddress(location)) return said;
  const published = await newestPublished(name, version, client);
  const isThere = isPublished(published);
  const known = isThere ? strongestIntegrity(published.integrity ?? "") : undefined;
  if (known !== undefined) return known;
  throw new TareError({
    code: "UNSOUND_PACKAGE",
    package: `${name} ${version}`,
    repository: repositoryOf(name, client.options),
    why: isThere
      ? "its registry says nothing of its bytes, neither integrity nor shasum"
      : "its registry does not have it",
  });
}

async function recallSeen(integrity: Integrity, store: Store): Promise<SeenTarball | undefined> {
  const text = integrityText(integrity);
  const remembered = await store.recall(room, text);
  if (remembered === undefined) return undefined;
  const { digest, size } = JSON.parse(remembered.toString()) as { digest: string; size: number };
  return isDigest(digest) ? { digest, size, integrity: text } : undefined;
}
