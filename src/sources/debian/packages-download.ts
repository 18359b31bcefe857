import type { Digest } from "../../bytes/digest.ts";
import type { DownloadSeams } from "../../http/download.ts";
import type { StoredContent } from "../../model/seams.ts";
import { downloadIndex, type IndexForm, type IndexPlace, indexForms } from "./index-download.ts";
import type { Release } from "./release.ts";

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

/** The forms of one index that the Release vouches for, best first; empty when it has none. */
export function packagesVariants(
  release: Release,
  { component, architecture }: PackagesWanted,
): readonly IndexForm[] {
  return indexForms(release, component === "" ? "Packages" : `${component}/binary-${architecture}/Packages`);
}

/** @throws what {@link downloadIndex} throws */
export async function downloadPackages(
  wanted: PackagesWanted,
  where: IndexPlace,
  release: Release,
  seams: DownloadSeams,
): Promise<PackagesFile> {
  const what = [wanted.component, wanted.architecture].filter((part) => part !== "").join(" ");
  const packages = await downloadIndex(packagesVariants(release, wanted), what, where, release, seams);
  return { ...wanted, packages, digest: packages.digest };
}
