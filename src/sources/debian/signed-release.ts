import { type Digest, digestOf } from "../../bytes/digest.ts";
import { TareError } from "../../errors.ts";
import { type FetchedDocument, fetchDocument } from "../../http/document.ts";
import type { TransferSeams } from "../../http/transfer.ts";
import { shownUrl, urlBelow } from "../../http/url.ts";
import type { Keyring } from "../../trust/keyring.ts";
import { unverifiedText, verifyCleartext, verifyDetached } from "../../trust/openpgp.ts";
import type { Release } from "./release.ts";

/** The beginning of the chain: a Release whose signature was checked. */
export interface SignedRelease {
  /** Exactly what was signed. */
  readonly text: string;
  /** InRelease or Release as it was served. */
  readonly bytes: Buffer;
  readonly digest: Digest;
  /** Upper-case fingerprints of primary keys; empty when unsigned input was allowed. */
  readonly signers: readonly string[];
  /** The mirror that gave it. */
  readonly mirror: string;
}

export interface SignedReleaseRequest {
  /** For sentences: `debian/bookworm`. */
  readonly id: string;
  readonly mirrors: readonly string[];
  /** A folder below `dists/`, or a flat repository's path, which ends in `/`. */
  readonly suite: string;
  readonly keyring: Keyring | undefined;
  readonly pins: readonly string[];
  readonly allowUnsigned: boolean;
}

/** Debian's largest is 0.3 MB. */
const limit = 16 * 1024 * 1024;

/** The folder of a suite's Release, below the mirror's root. */
export function suiteFolder(suite: string): string {
  return suite.endsWith("/") ? suite : `dists/${suite}/`;
}

/**
 * `InRelease`, or `Release` with `Release.gpg`, from the first mirror whose file verifies and passes `check`: a stale
 * mirror, or what a captive portal says in its place, turns to the next one.
 * @throws SUITE_UNKNOWN when no mirror has the suite; what was wrong with the first mirror's file;
 * DOWNLOAD_FAILED with all mirrors when none could be asked
 */
export async function fetchSignedRelease(
  request: SignedReleaseRequest,
  check: (text: string) => Release,
  seams: TransferSeams,
): Promise<SignedRelease & { readonly release: Release }> {
  const tried: { where: string; why: string }[] = [];
  let refusal: TareError | undefined;
  let absent = 0;
  for (const mirror of request.mirrors) {
    try {
      const found = await releaseOf(mirror, request, seams);
      if (found) return { ...found, release: check(found.text) };
      absent += 1;
      tried.push({ where: shownUrl(mirror), why: "it does not have the suite" });
    } catch (error) {
      seams.signal?.throwIfAborted();
      if (!(error instanceof TareError)) throw error;
      if (error.problem.code === "DOWNLOAD_FAILED") tried.push(...error.problem.tried);
      else if (error.exitCode === 1 || error.code === "TOO_LARGE") refusal ??= error;
      else throw error;
    }
  }
  if (refusal) throw refusal;
  if (absent > 0 && absent === request.mirrors.length) throw await unknownSuite(request, seams);
  throw new TareError({ code: "DOWNLOAD_FAILED", what: `Release of ${request.id}`, tried });
}

async function releaseOf(
  mirror: string,
  request: SignedReleaseRequest,
  seams: TransferSeams,
): Promise<SignedRelease | undefined> {
  const get = (name: string) =>
    fetchDocument(
      [urlBelow(mirror, suiteFolder(request.suite) + name)],
      limit,
      `${name} of ${request.id}`,
      seams,
    );
  const inline = await get("InRelease");
  if (inline) return { ...(await cleartext(inline, request, seams.now())), mirror };
  const release = await get("Release");
  if (!release) return undefined;
  return { ...(await detached(release, await get("Release.gpg"), request, seams.now())), mirror };
}

async function cleartext({ bytes }: FetchedDocument, request: SignedReleaseRequest, now: Date) {
  const what = `InRelease of ${request.id}`;
  const facts = { bytes, digest: digestOf(bytes) };
  if (request.allowUnsigned) return { ...facts, text: await unverifiedText(bytes, what), signers: [] };
  const { text, signers } = await verifyCleartext(bytes, { ...trustOf(request, what), now });
  return { ...facts, text, signers };
}

async function detached(
  { bytes }: FetchedDocument,
  signature: FetchedDocument | undefined,
  request: SignedReleaseRequest,
  now: Date,
) {
  const what = `Release of ${request.id}`;
  const facts = { bytes, digest: digestOf(bytes) };
  const text = await unverifiedText(bytes, what);
  if (request.allowUnsigned) return { ...facts, text, signers: [] };
  if (!signature) throw new TareError({ code: "SIGNATURE_MISSING", what });
  const { signers } = await verifyDetached(bytes, signature.bytes, { ...trustOf(request, what), now });
  return { ...facts, text, signers };
}

function trustOf({ keyring, pins }: SignedReleaseRequest, what: string) {
  if (!keyring) throw new TareError({ code: "KEYRING_MISSING", what, looked: [] });
  return { what, keyring, pins };
}

/** Says what the mirror has instead, when it shows its folders (most do). */
async function unknownSuite(
  { suite, mirrors }: SignedReleaseRequest,
  seams: TransferSeams,
): Promise<TareError> {
  const where = mirrors.map(shownUrl);
  const page = await fetchDocument(
    [`${mirrors[0]?.replace(/\/+$/, "")}/dists/`],
    1_000_000,
    "dists",
    seams,
  ).catch(() => undefined);
  seams.signal?.throwIfAborted();
  const links = (page?.bytes.toString("latin1") ?? "").matchAll(/href="(?:\.\/)?([a-z][a-z0-9.-]{1,40})\/"/g);
  const known = [...new Set([...links].map(([, name]) => name as string))].sort().slice(0, 60);
  return new TareError({ code: "SUITE_UNKNOWN", suite, where, known });
}
