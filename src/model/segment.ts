import type { Digest } from "../bytes/digest.ts";
import type { EntryHeader } from "./entry.ts";
import type { ElfFacts } from "./rootfs.ts";

/**
 * How the files of a package become a segment. Everything here changes bytes, so all of it is part of a member's key.
 */
export interface SegmentPolicy {
  /**
   * Directories that are links in this root, each with the directory that it leads to: `bin` to `usr/bin`. What a
   * package puts below the first is placed below the second; the longest match decides.
   */
  readonly aliases: readonly DirectoryAlias[];
  /** Globs in order, the last match decides (dpkg's `path-exclude` and `path-include`). */
  readonly excludes: readonly PathRule[];
  /** Paths that another package provides instead (dpkg's `Replaces`, shared files). */
  readonly omit: readonly string[];
  /** The directory of the root that the package's own paths are below; empty where they start at the root. */
  readonly below: string;
  /** Whether ELF files lose what only debuggers read: symbol tables and debug sections. */
  readonly strip: boolean;
  /** No file is younger than this (seconds): SOURCE_DATE_EPOCH, where it is set. */
  readonly latest: number | undefined;
}

export interface DirectoryAlias {
  readonly from: string;
  readonly to: string;
}

export interface PathRule {
  readonly action: "exclude" | "include";
  /** On the absolute path: `*` matches any run of characters, slashes too; `?` one; `[abc]` a set. */
  readonly glob: string;
}

/** What is remembered of a segment: enough to compose a root filesystem without opening it again. Plain JSON. */
export interface SegmentFacts {
  /** All entries that it brings, directories too (they are not in the member), in the package's order. */
  readonly entries: readonly FactEntry[];
  /** How many entries were left out: by the excludes, or as the package's own noise. */
  readonly excluded: number;
  /** Bytes of content that they had. */
  readonly excludedSize: number;
  /** Seconds since the epoch: when the package was built. */
  readonly date: number;
  /** How many paths the package brings more than once, of which the last counts, and one of them. */
  readonly repeated?: Repeated;
  /** What the source's own unpacker wants remembered (`UnpackedDebian` as JSON). */
  readonly about: unknown;
}

export interface Repeated {
  readonly count: number;
  /** Where it lies in the root. */
  readonly first: string;
}

export interface FactEntry extends Omit<EntryHeader, "xattrs" | "nanoseconds"> {
  readonly elf?: ElfFacts;
  /** Base64 of a small file's content that the source's configuration reads. */
  readonly captured?: string;
}

/** A segment compressed once. */
export interface Member {
  /** Of the compressed bytes, as the store keeps them. */
  readonly digest: Digest;
  /** Bytes, compressed. */
  readonly size: number;
  /** Bytes of tar, uncompressed. */
  readonly plainSize: number;
}
