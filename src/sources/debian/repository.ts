import { TareError } from "../../errors.ts";
import type { DownloadSeams } from "../../http/download.ts";
import { sleep } from "../../http/retry.ts";
import { urlBelow } from "../../http/url.ts";
import type { LockedRepository } from "../../model/package.ts";
import {
  downloadPackages,
  type PackagesFile,
  type PackagesWanted,
  packagesVariants,
} from "./packages-download.ts";
import { checkRelease, parseRelease, type Release } from "./release.ts";
import { dateText, repositoryChanged } from "./repository-changed.ts";
import { fetchSignedRelease, type SignedReleaseRequest } from "./signed-release.ts";

export interface RepositoryRequest extends SignedReleaseRequest {
  /** Empty for a flat repository. */
  readonly components: readonly string[];
  /** Debian's names (`amd64`); `all` is seen to. */
  readonly architectures: readonly string[];
  /** `Origin`, when it is known whose archive this must be. */
  readonly origin?: string | undefined;
  /** False for snapshots, and for hosts that are set up so. */
  readonly checkValidUntil: boolean;
}

/** A repository whose signature, date and name were checked, with the indexes that were asked for, in the store. */
export interface OpenedRepository {
  readonly locked: LockedRepository;
  readonly release: Release;
  readonly indexes: readonly PackagesFile[];
  /** Base addresses for packages, the one that gave the Release first. */
  readonly mirrors: readonly string[];
}

/** Pauses between readings of a repository that changes meanwhile, in milliseconds. */
const pauses = [1000, 5000];

/**
 * Release, signature, indexes: the trusted beginning of everything that a Debian repository gives. The exact bytes of
 * InRelease (or Release) are kept in the store, too, under the digest that the lock records.
 * A mirror that changes between Release and index is read again, twice at most.
 * @throws SUITE_UNKNOWN, INDEX_MISSING, RELEASE_MISMATCH, RELEASE_EXPIRED, RELEASE_FROM_FUTURE, REPOSITORY_CHANGED, what
 * the signature check says, DOWNLOAD_FAILED, and what the store throws
 */
export async function openRepository(
  request: RepositoryRequest,
  seams: DownloadSeams,
): Promise<OpenedRepository> {
  for (const pause of [...pauses, undefined]) {
    const opened = await openOnce(request, seams, pause === undefined);
    if (opened) return opened;
    if (pause !== undefined) await (seams.sleep ?? sleep)(pause, seams.signal);
  }
  throw new Error("the last reading returns or throws");
}

/** Undefined when the mirror changed under our feet, unless this is the `last` reading. */
async function openOnce(
  request: RepositoryRequest,
  seams: DownloadSeams,
  last: boolean,
): Promise<OpenedRepository | undefined> {
  const { id, suite } = request;
  seams.progress?.({ kind: "step", text: `Release of ${id}` });
  const { origin, checkValidUntil } = request;
  const what = `Release of ${id}`;
  const check = (text: string) => {
    const release = parseRelease(text, what);
    checkRelease(release, { what, suite, origin, now: seams.now(), checkValidUntil });
    return release;
  };
  const signed = await fetchSignedRelease(request, check, seams);
  const { release } = signed;
  const mirrors = [signed.mirror, ...request.mirrors.filter((mirror) => mirror !== signed.mirror)];
  const wanted = wantedIndexes(request, release);
  try {
    const work = wanted.map((one) => downloadPackages(one, { id, suite, mirrors }, release, seams));
    const indexes = await allOrFirst(work);
    await seams.store.put([signed.bytes], { digest: signed.digest }, what, seams.signal);
    const date = dateText(release.date);
    return { locked: { id, index: signed.digest, date, keys: signed.signers }, release, indexes, mirrors };
  } catch (error) {
    const changed = repositoryChanged(error, id, release);
    if (changed === undefined || last) throw changed ?? error;
    return undefined;
  }
}

/** Like `Promise.all`, but nothing still runs when it throws. */
async function allOrFirst<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}

/** @throws INDEX_MISSING */
function wantedIndexes(
  { id, suite, components, architectures }: RepositoryRequest,
  release: Release,
): PackagesWanted[] {
  if (suite.endsWith("/")) {
    const flat = { component: "", architecture: architectures[0] ?? "all" };
    if (packagesVariants(release, flat).length > 0) return [flat];
  }
  const wanted: PackagesWanted[] = [];
  for (const component of components) {
    for (const architecture of architectures) {
      const one = { component, architecture };
      if (packagesVariants(release, one).length === 0)
        throw new TareError({
          code: "INDEX_MISSING",
          id,
          component,
          architecture,
          components: release.components.map((name) => name.slice(name.lastIndexOf("/") + 1)),
          architectures: release.architectures,
        });
      wanted.push(one);
    }
    const all = { component, architecture: "all" };
    if (release.separateAll && packagesVariants(release, all).length > 0) wanted.push(all);
  }
  return wanted;
}

/** Where a package of an opened repository may be had: its `Filename` below each mirror. @throws BAD_URL */
export function packageUrls(mirrors: readonly string[], filename: string): string[] {
  return mirrors.map((mirror) => urlBelow(mirror, filename));
}
