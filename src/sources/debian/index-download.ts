import { algorithmOf, hexOf } from "../../bytes/digest.ts";
import { TareError } from "../../errors.ts";
import { type DownloadSeams, download } from "../../http/download.ts";
import { urlBelow } from "../../http/url.ts";
import type { StoredContent } from "../../model/seams.ts";
import type { Release, ReleaseEntry } from "./release.ts";
import { suiteFolder } from "./signed-release.ts";

/** One way in which an index is there, below the suite's folder. */
export interface IndexForm {
  readonly path: string;
  readonly entry: ReleaseEntry;
}

/** Where indexes are. */
export interface IndexPlace {
  readonly id: string;
  readonly suite: string;
  /** Base addresses, best first. */
  readonly mirrors: readonly string[];
}

/** Smallest first. Debian lists plain forms, too, that no mirror carries. */
const suffixes = [".xz", ".zst", ".gz", ""] as const;
const limit = 1024 * 1024 * 1024;

/** The forms of one index that the Release vouches for, best first; empty when it has none. `stem`: `main/Contents-amd64`. */
export function indexForms(release: Release, stem: string): IndexForm[] {
  return suffixes.flatMap((suffix) => {
    const entry = release.files.get(stem + suffix);
    return entry === undefined ? [] : [{ path: stem + suffix, entry }];
  });
}

/**
 * One index in the best form that can be had; nothing is fetched when the store has any of its forms. By digest first
 * (`by-hash`), which no change of the mirror disturbs, then by name. `what` names it for people.
 * @throws what {@link download} throws; a digest that does not fit ends the search
 */
export async function downloadIndex(
  forms: readonly IndexForm[],
  what: string,
  where: IndexPlace,
  release: Release,
  seams: DownloadSeams,
): Promise<StoredContent> {
  for (const { entry } of forms) {
    const have = await seams.store.find(entry.digest);
    if (have) return have;
  }
  let failure: TareError | undefined;
  for (const form of forms) {
    const name = `${where.id} ${what}`.trim();
    if (form.entry.size > limit) throw new TareError({ code: "TOO_LARGE", what: name, limit });
    try {
      return await download({ name, urls: addresses(form, where, release.byHash), want: form.entry }, seams);
    } catch (error) {
      if (!(error instanceof TareError) || error.code !== "DOWNLOAD_FAILED") throw error;
      failure ??= error;
    }
  }
  throw failure ?? new TareError({ code: "DOWNLOAD_FAILED", what: where.id, tried: [] });
}

function addresses({ path, entry }: IndexForm, { suite, mirrors }: IndexPlace, byHash: boolean): string[] {
  const folder = suiteFolder(suite);
  const parent = path.slice(0, path.lastIndexOf("/") + 1);
  const hashed = `${folder}${parent}by-hash/${algorithmOf(entry.digest).toUpperCase()}/${hexOf(entry.digest)}`;
  return [...(byHash ? [hashed] : []), folder + path].flatMap((one) =>
    mirrors.map((mirror) => urlBelow(mirror, one)),
  );
}
