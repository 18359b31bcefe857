import { type Digest, digestOf } from "../../bytes/digest.ts";
import { TareError } from "../../errors.ts";
import { parseRepomd, type Repomd } from "../../formats/rpm-md/repomd.ts";
import { fetchDocument } from "../../http/document.ts";
import type { DownloadSeams } from "../../http/download.ts";
import { urlBelow } from "../../http/url.ts";
import type { LockedRepository } from "../../model/package.ts";
import type { Keyring } from "../../trust/keyring.ts";
import { verifyDetached } from "../../trust/openpgp.ts";
import { fromFirstMirror } from "../from-first-mirror.ts";
import { lockDate } from "../lock-date.ts";
import { mirrorsOf, repositoryId } from "./mirrors.ts";
import type { RepositoryPlan } from "./plan.ts";

/** A repository whose repomd.xml was read, and what stands behind it. */
export interface OpenedRepository {
  readonly plan: RepositoryPlan;
  /** As the lock has it; where packages vouch for themselves, `keys` come once theirs were checked. */
  readonly locked: LockedRepository;
  readonly repomd: Repomd;
  /** Base addresses, the one that gave repomd.xml first. */
  readonly mirrors: readonly string[];
  /** Who may sign its packages: present when nobody signed its index, so that each package must be signed itself. */
  readonly packageKeys: Keyring | undefined;
}

/** Real ones have a few kB. */
const limit = 16 * 1024 * 1024;

/**
 * Reads repomd.xml from the first mirror whose file passes: its digest is one that the metalink names, and its signature
 * (repomd.xml.asc), where there is one, is of a key that counts. Fedora signs no index, so a missing signature is no
 * fault unless the plan says so: then each package's own signature is what counts.
 * @throws REPOSITORY_MISSING, SIGNATURE_MISSING, SIGNATURE_REFUSED, KEY_UNKNOWN, DIGEST_MISMATCH, BAD_ARCHIVE,
 *   DOWNLOAD_FAILED, KEYRING_MISSING: what was wrong with the first mirror's file
 */
export async function openRepository(
  plan: RepositoryPlan,
  architecture: string,
  seams: DownloadSeams,
): Promise<OpenedRepository> {
  const id = repositoryId(plan, architecture);
  seams.progress?.({ kind: "step", text: `Index of ${id}` });
  const { mirrors: known, digests } = await mirrorsOf(plan, architecture, seams);
  const keyring = plan.allowUnsigned ? undefined : pinned(id, await plan.keyring(), plan.pins);
  const read = (mirror: string) => readIndex(mirror, id, digests, plan, keyring, seams);
  const { found, mirrors } = await fromFirstMirror(id, known, read, seams.signal);
  return { plan, ...found, mirrors };
}

async function readIndex(
  mirror: string,
  id: string,
  digests: readonly Digest[] | undefined,
  plan: RepositoryPlan,
  keyring: Keyring | undefined,
  seams: DownloadSeams,
): Promise<Pick<OpenedRepository, "locked" | "repomd" | "packageKeys"> | undefined> {
  const what = `repomd.xml of ${id}`;
  const document = (name: string) =>
    fetchDocument([urlBelow(mirror, `repodata/${name}`)], limit, `${name} of ${id}`, seams);
  const found = await document("repomd.xml");
  if (found === undefined) return undefined;
  const digest = digestOf(found.bytes);
  if (digests !== undefined && !digests.includes(digest))
    throw new TareError({
      code: "DIGEST_MISMATCH",
      what,
      want: digests[0] as Digest,
      got: digest,
      size: found.bytes.byteLength,
    });
  const signature = keyring && (await document("repomd.xml.asc"));
  if (keyring !== undefined && signature === undefined && plan.signedIndex)
    throw new TareError({
      code: "SIGNATURE_MISSING",
      what,
      todo: 'without "signed-index: true" (in a .repo file: repo_gpgcheck=1), the signature of each package is checked instead',
    });
  const signers =
    keyring && signature
      ? (await verifyDetached(found.bytes, signature.bytes, { what, keyring, now: seams.now() })).signers
      : [];
  const repomd = await parseRepomd(found.bytes, what);
  await seams.store.put([found.bytes], { digest }, what, seams.signal);
  const date = repomd.timestamp === undefined ? undefined : lockDate(repomd.timestamp);
  return {
    locked: { id, index: digest, ...(date !== undefined && { date }), keys: signers },
    repomd,
    packageKeys: signature === undefined ? keyring : undefined,
  };
}

/** Pinned keys: no other of the keyring counts. @throws KEY_UNKNOWN when a pinned key is not in it */
function pinned(what: string, keyring: Keyring, pins: readonly string[]): Keyring {
  if (pins.length === 0) return keyring;
  const wanted = pins.map((pin) => pin.replace(/^0x|\s+/gi, "").toUpperCase());
  const isWanted = (key: Keyring["keys"][number]) =>
    key.getKeys().some((part) => wanted.includes(part.getFingerprint().toUpperCase()));
  const keys = keyring.keys.filter(isWanted);
  const known = keys.flatMap((key) => key.getKeys().map((part) => part.getFingerprint().toUpperCase()));
  const missing = wanted.filter((pin) => !known.includes(pin));
  if (missing.length > 0) throw new TareError({ code: "KEY_UNKNOWN", what, missing, looked: keyring.where });
  return { ...keyring, keys, ruledOut: keyring.keys.filter((key) => !isWanted(key)) };
}
