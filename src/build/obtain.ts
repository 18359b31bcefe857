import { mapPool } from "../bytes/pool.ts";
import { TareError } from "../errors.ts";
import { basesFrom, contentAddresses } from "../http/content-addressed.ts";
import { type DownloadItem, download } from "../http/download.ts";
import type { Package } from "../model/package.ts";
import type { StoredContent } from "../model/seams.ts";
import { packageUrls } from "../sources/debian/repository.ts";
import type { World } from "./world.ts";

/** Connections at a time; more do not help against one mirror, and burden it. */
const connections = 8;

/** Files of packages, as they are asked for, while others are still on their way. */
export interface Obtaining {
  /** @throws DOWNLOAD_FAILED, DIGEST_MISMATCH, OFFLINE, PACKAGE_GONE */
  readonly obtain: (wanted: Package) => Promise<StoredContent>;
  /** Ends what is still on its way. */
  readonly stop: () => Promise<void>;
}

/** Brings one package's file into the store. */
export type FetchPackage = (wanted: Package, signal: AbortSignal) => Promise<StoredContent>;

/**
 * Fetches packages that the store does not have, each once. The first package that is asked for starts all of them,
 * largest first.
 */
export function obtainPackages(
  packages: readonly Package[],
  fetchPackage: FetchPackage,
  world: Pick<World, "store" | "signal">,
): Obtaining {
  const stop = new AbortController();
  const signal = AbortSignal.any([world.signal, stop.signal]);
  const waiting = new Map<string, PromiseWithResolvers<StoredContent>>();
  let running: Promise<unknown> | undefined;

  async function fetchOne(wanted: Package) {
    const promise = waiting.get(wanted.digest) as PromiseWithResolvers<StoredContent>;
    try {
      const have = await world.store.find(wanted.digest);
      promise.resolve(have?.size === wanted.size ? have : await fetchPackage(wanted, signal));
    } catch (cause) {
      promise.reject(cause);
    }
  }

  function start(): Promise<unknown> {
    const different = [...new Map(packages.map((wanted) => [wanted.digest, wanted])).values()];
    for (const { digest } of different) {
      const promise = Promise.withResolvers<StoredContent>();
      // Whoever asks for the package hears of its failure; nobody may ask.
      promise.promise.catch(() => undefined);
      waiting.set(digest, promise);
    }
    return mapPool(
      different.sort((a, b) => b.size - a.size),
      connections,
      fetchOne,
    );
  }

  return {
    obtain(wanted) {
      running ??= start();
      return (waiting.get(wanted.digest) as PromiseWithResolvers<StoredContent>).promise;
    },
    async stop() {
      stop.abort();
      await running;
    },
  };
}

/**
 * From a repository's mirrors, else from content-addressed ones (`TARE_CAS_MIRRORS`).
 * @param mirrorsOf base addresses by repository id; asked for only when something is missing
 */
export function fromMirrors(
  mirrorsOf: () => Promise<ReadonlyMap<string, readonly string[]>>,
  world: World,
): FetchPackage {
  let known: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  return async (wanted, signal) => {
    known ??= mirrorsOf();
    try {
      return await download(itemFor(wanted, await known, world), { ...world, signal });
    } catch (cause) {
      throw goneEverywhere(cause, wanted) ?? cause;
    }
  };
}

function itemFor(
  wanted: Package,
  mirrors: ReadonlyMap<string, readonly string[]>,
  { environment }: World,
): DownloadItem {
  const name = `${wanted.name} ${wanted.version}`;
  const own = mirrors.get(wanted.repository) ?? [];
  const urls = [
    ...packageUrls(own, wanted.location),
    ...contentAddresses(basesFrom(environment.TARE_CAS_MIRRORS), wanted.digest),
  ];
  if (urls.length === 0)
    throw new TareError({ code: "PACKAGE_GONE", package: name, repository: wanted.repository, asked: [] });
  return { name, urls, want: wanted };
}

/** Every address answered, and none has the file: mirrors drop what they have newer versions of. */
function goneEverywhere(cause: unknown, { name, version, repository }: Package): TareError | undefined {
  if (!(cause instanceof TareError) || cause.problem.code !== "DOWNLOAD_FAILED") return undefined;
  const { tried } = cause.problem;
  if (tried.length === 0 || tried.some(({ absent }) => !absent)) return undefined;
  const asked = [...new Set(tried.map(({ where }) => where))];
  return new TareError({ code: "PACKAGE_GONE", package: `${name} ${version}`, repository, asked }, { cause });
}
