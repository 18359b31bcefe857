import type { IndexRecord } from "../../formats/apk/index-record.ts";
import type { LibraryNeed } from "../../model/library.ts";

/** One repository's index for one architecture. */
export interface IndexedRepository {
  /** `LockedRepository.id`: `alpine/v3.20/main`. */
  readonly repository: string;
  readonly records: readonly IndexRecord[];
  /** Its packages are taken only where they are asked for with this tag. */
  readonly tag?: string | undefined;
}

/** A version that is chosen over others where its package is needed and it can still be had: what the last lock says. */
export interface Keep {
  readonly name: string;
  readonly version: string;
}

/** What an image should have from repositories of apk. */
export interface Wants {
  /** As in etc/apk/world: `busybox`, `nginx>1.24`, `!dnsmasq`, `foo@edge`. */
  readonly include: readonly string[];
  /** Names of packages that must not be chosen. */
  readonly exclude: readonly string[];
  /** apk's name of the machine: `x86_64`. */
  readonly architecture: string;
  readonly keep?: readonly Keep[];
  readonly libraries?: readonly LibraryNeed[];
}
