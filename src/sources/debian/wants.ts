import type { LibraryNeed } from "../../model/library.ts";
import type { Package } from "../../model/package.ts";
import type { PackageIndex, PackageRecord } from "./index/record.ts";

/** One `Packages` file (a component of a suite, for one architecture) and how much it counts. */
export interface IndexedRepository {
  /** `LockedRepository.id` of the lock: `debian/bookworm-security`. */
  readonly repository: string;
  readonly index: PackageIndex;
  /**
   * As in apt_preferences(5): of one package, the version with the highest pin is the candidate, and among equals the
   * highest version; below 0 never. apt gives 990 to a target release, 500 to others, 100 and 1 to `NotAutomatic` ones.
   */
  readonly pin: number;
  /** Names by which a want may say `name/suite`: suite and codename, `stable-backports` and `bookworm-backports`. */
  readonly suites: readonly string[];
}

/** mmdebstrap's words. `none`: nothing but what was asked for and what that needs. */
export type Variant = "none" | "essential" | "apt" | "minbase";

/** A version that is chosen over others where its package is needed and it can still be had: what the last lock says. */
export interface Keep {
  readonly name: string;
  readonly architecture: string;
  readonly version: string;
}

/** A library that must be there. */
export interface LibraryWant extends LibraryNeed {
  /** Names of the packages that have it: any of them will do. */
  readonly packages: readonly string[];
}

/** What an image should have from Debian. */
export interface Wants {
  /** `libc6`, `libc6:arm64`, `nginx=1.22.1-9`, `nginx=1.22*` (a `*` stands for any characters), `nginx/bookworm-backports`. */
  readonly include: readonly string[];
  /** Debian's name of the machine: `amd64`. */
  readonly architecture: string;
  readonly variant: Variant;
  /** Whether Recommends are followed where they can be. */
  readonly recommends: boolean;
  /** Names that must not be selected; that one of them is needed is an error. */
  readonly exclude: readonly string[];
  /** Names that are tried before the others where a dependency leaves a choice: `usr-is-merged`. */
  readonly prefer: readonly string[];
  readonly keep?: readonly Keep[];
  readonly libraries?: readonly LibraryWant[];
}

/** One package of the selection. */
export interface SelectedPackage extends Package {
  readonly record: PackageRecord;
}

/** What was chosen. */
export interface Selection {
  /** Sorted by name, then architecture. */
  readonly packages: readonly SelectedPackage[];
}
