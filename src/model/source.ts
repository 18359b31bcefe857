import type { Bytes } from "../bytes/bytes.ts";
import type { Entry } from "./entry.ts";
import type { Package } from "./package.ts";
import type { Configuration, RootView } from "./rootfs.ts";
import type { DirectoryAlias, PathRule, SegmentFacts } from "./segment.ts";

/** A package file while it is read. */
export interface OpenedPackage {
  /** Seconds since the epoch: when it was built. */
  readonly date: number;
  /** What it installs, in its own order. Read to the end, once. */
  readonly entries: AsyncIterable<Entry>;
  /** What the package database keeps of it; `paths` are those of the `entries` that are in the root. */
  record(paths: readonly string[]): Iterable<Entry>;
  /** Whether a regular file's content is needed later (`RootView.read`); `path` is where it lies in the root. */
  capture(path: string, size: number): boolean;
  /** Whether a regular file's md5 is needed for `about`; `path` is as the package spells it. */
  md5(path: string): boolean;
  /**
   * Whether nothing that runs the package has a use for a path, as the package spells it: left out where no rule of
   * the policy matches it. Absent when the package has no such files.
   */
  noise?(path: string): boolean;
  /** What to remember of the package: a plain JSON value. */
  about(md5: ReadonlyMap<string, string>): unknown;
}

/** How packages of one kind are opened. */
export interface Unpacker {
  /** Names the kind and its version: when the same file would unpack differently, this differs. */
  readonly name: string;
  /** Whether a package may bring a path more than once: the last one counts. Else it is not sound. */
  readonly repeats?: boolean;
  /**
   * Opens a package for as long as `use` runs, then reads the source to its end.
   * @throws BAD_ARCHIVE, TRUNCATED, TOO_LARGE; `where` names the package
   */
  unpack<Result>(
    source: Bytes,
    size: number,
    where: string,
    use: (opened: OpenedPackage) => Promise<Result>,
  ): Promise<Result>;
}

/** A locked package and what is known of it once its member was made. */
export interface InstalledPackage {
  readonly package: Package;
  readonly facts: SegmentFacts;
}

/** What a distribution, or another source of packages, knows of the roots that its packages make. */
export interface Distribution {
  /** Names the kind, its settings and its version: two of one name make the same of the same packages. */
  readonly name: string;
  readonly unpacker: Unpacker;
  /** Top directories that are links in every root of this distribution. */
  readonly aliases: readonly DirectoryAlias[];
  /** Unique among the packages of one root: `libc6`, `libc6:i386`. */
  idOf(wanted: Package): string;
  /** The directory that a package's own paths are below: `app/node_modules/ms`; empty for one that spells them whole. */
  placeOf(wanted: Package): string;
  /** Who keeps a path that two packages bring. */
  arbiter(packages: readonly InstalledPackage[]): (path: string, earlier: string, later: string) => Verdict;
  /** What its maintainer scripts and triggers would have made of the root; `packages` stand in any order. */
  configure(root: RootView, packages: readonly InstalledPackage[], options: ConfigureOptions): Configuration;
}

export type Verdict = "earlier" | "later" | "conflict";

export interface ConfigureOptions {
  /** The distribution's own name of the machine. */
  readonly architecture: string;
  /** Seconds since the epoch: mtime of all that is made. */
  readonly timestamp: number;
  /** What was left out, so that the package database can say so. */
  readonly excludes: readonly PathRule[];
}
