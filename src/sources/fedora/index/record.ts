import type { PrimaryPackage } from "../../../formats/rpm-md/primary.ts";

/** What is known of a package before it is fetched. */
export type RpmRecord = PrimaryPackage;

/** The packages of a repository, numbered from 0 in the order of its primary.xml, found by what they offer. */
export interface RpmIndex {
  readonly size: number;
  /** One record, which is kept: it is looked at again. */
  record(number: number): RpmRecord;
  /** All of them in their order, none of which is kept. */
  records(): Iterable<RpmRecord>;
  /**
   * Records, ascending, that may have a name, a provide or a listed file of this name: a few too many where two names
   * have one hash, so look at each.
   */
  offering(name: string): readonly number[];
  /** Records, ascending, that may obsolete packages of this name. */
  obsoleting(name: string): readonly number[];
  /** Records with Supplements, ascending. */
  readonly supplementing: readonly number[];
  /** Absolute paths that packages' dependencies name, and that primary.xml does not list for any package. */
  readonly unlistedFiles: readonly string[];
}

/** Whether createrepo lists a file in primary.xml, too (createrepo_c(8), "primary"). */
export function isListedFile(path: string): boolean {
  return path.startsWith("/etc/") || path.includes("bin/") || path === "/usr/lib/sendmail";
}
