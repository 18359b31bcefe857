import type { LibraryNeed } from "../../model/library.ts";
import type { Package } from "../../model/package.ts";
import type { RpmIndex, RpmRecord } from "./index/record.ts";

/** One repository, for one architecture, and how much it counts. */
export interface IndexedRepository {
  /** `LockedRepository.id` of the lock. */
  readonly repository: string;
  readonly index: RpmIndex;
  /** As in dnf.conf(5): where repositories have the same, those with the lowest number win. */
  readonly priority: number;
  /** Packages that must not come from here; see `named-packages.ts`. */
  readonly excludes: readonly string[];
  /** Where there are any: the only ones that may. */
  readonly includes: readonly string[];
  /**
   * Who has which of the `unlistedFiles`: numbers of records by absolute path. Undefined while filelists.xml was not
   * read, which is needed when a selection asks for such a file.
   */
  readonly files?: ReadonlyMap<string, readonly number[]>;
}

/** A version that is chosen over others where its package is needed and it can still be had: what the last lock says. */
export interface Keep {
  readonly name: string;
  readonly architecture: string;
  readonly version: string;
}

/** What an image should have from repositories of rpms. */
export interface Wants {
  /** As on dnf's command line: `httpd`, `glibc.i686`, `httpd-2.4.62-1.fc41`, `/usr/bin/vi`, `perl(JSON)`, `python3-*`. */
  readonly include: readonly string[];
  /** rpm's name of the machine: `x86_64`. */
  readonly architecture: string;
  /** Whether weak dependencies are followed where they can be. */
  readonly recommends: boolean;
  /** Packages that must not be selected (see `named-packages.ts`); that one of them is needed is an error. */
  readonly exclude: readonly string[];
  readonly keep?: readonly Keep[];
  readonly libraries?: readonly LibraryNeed[];
}

/** One package of the selection. */
export interface SelectedPackage extends Package {
  readonly record: RpmRecord;
}

/** What was chosen. */
export interface Selection {
  /** Sorted by name, then architecture, then version. */
  readonly packages: readonly SelectedPackage[];
  /**
   * Files that a package or a want asked for and that only filelists.xml could tell of: when there are any, and a
   * repository's were not read, the selection may be another one once they are.
   */
  readonly unlistedFiles: readonly string[];
}
