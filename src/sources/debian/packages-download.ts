import { algorithmOf, type Digest, hexOf } from "../../bytes/digest.ts";
import { TareError } from "../../errors.ts";
import { type DownloadSeams, download } from "../../http/download.ts";
import { urlBelow } from "../../http/url.ts";
import type { StoredContent } from "../../model/seams.ts";
import type { Release, ReleaseEntry } from "./release.ts";
import { suiteFolder } from "./signed-release.ts";

/** One `Packages` file, as it was downloaded. */
export interface PackagesFile {
  readonly component: string;
  /** Of the index: a Debian architecture, or `all`. */
  readonly architecture: string;
  /** Still compressed, by xz, zstd, gzip, or not at all: its first bytes say. */
  readonly packages: StoredContent;
  readonly digest: Digest;
}

/** Which `Packages` file. `component` is the empty string in a flat repository. */
export interface PackagesWanted {
  readonly component: string;
  readonly architecture: string;
}

/** Smallest first. Debian lists a plain form, too, that no mirror carries. */
const variants = [".xz", ".zst", ".gz", ""] as const;
const limit = 1024 * 1024 * 1024;

/** The forms of one index that the Release vouches for, best first; empty when it has none. */
export function packagesVariants(
  release: Release,
  { component, architecture }: PackagesWanted,
): { readonly path: string; readonly entry: ReleaseEntry }[] {
  const stem = component === "" ? "Packages" : `${component}/binary-${architecture}/Packages`;
  return variants.flatMap((suffix) => {
    const entry = release.files.get(stem + suffix);
    return entry === undefined ? [] : [{ path: stem + suffix, entry }];
  });
}

/**
 * One index in the best form that can be had; nothing is fetched when the store has any of its forms. By digest first
 * (`by-hash`), which no change of the mirror disturbs, then by name.
 * @throws what {@link download} throws; a digest that does not fit ends the search
 */
export async function downloadPackages(
  wanted: PackagesWanted,
  where: { readonly id: string; readonly suite: string; readonly mirrors: readonly string[] },
  release: Release,
  seams: DownloadSeams,
): Promise<PackagesFile> {
  const forms = packagesVariants(release, wanted);
  const file = (packages: StoredContent): PackagesFile => ({ ...wanted, packages, digest: packages.digest });
  for (const { entry } of forms) {
    const have = await seams.store.find(entry.digest);
    if (have) return file(have);
  }
  let failure: TareError | undefined;
  for (const { path, entry } of forms) {
    const name = `${where.id} ${[wanted.component, wanted.architecture].filter((part) => part !== "").join(" ")}`;
    if (entry.size > limit) throw new TareError({ code: "TOO_LARGE", what: name, limit });
    const urls = addresses(path, entry, where, release.byHash);
    try {
      return file(await download({ name, urls, want: entry }, seams));
    } catch (error) {
      if (!(error instanceof TareError) || error.code !== "DOWNLOAD_FAILED") throw error;
      failure ??= error;
    }
  }
  throw failure ?? new TareError({ code: "DOWNLOAD_FAILED", what: where.id, tried: [] });
}

function addresses(
  path: string,
  entry: ReleaseEntry,
  { suite, mirrors }: { readonly suite: string; readonly mirrors: readonly string[] },
  byHash: boolean,
): string[] {
  const folder = suiteFolder(suite);
  const parent = path.slice(0, path.lastIndexOf("/") + 1);
  const hashed = `${folder}${parent}by-hash/${algorithmOf(entry.digest).toUpperCase()}/${hexOf(entry.digest)}`;
  return [...(byHash ? [hashed] : []), folder + path].flatMap((one) =>
    mirrors.map((mirror) => urlBelow(mirror, one)),
  );
}
