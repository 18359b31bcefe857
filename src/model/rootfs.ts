import type { Entry, EntryHeader } from "./entry.ts";

/** What an ELF file says of itself: enough for a linker cache and for "which package provides this library". */
export interface ElfFacts {
  /** 32 or 64. */
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  /** `e_machine`, `e_flags`, `e_type` and `EI_OSABI` (System V ABI, ELF header). */
  readonly machine: number;
  readonly flags: number;
  readonly type: number;
  readonly osabi: number;
  readonly interpreter?: string;
  readonly soname?: string;
  readonly needed: readonly string[];
  readonly runpath?: string;
  /** DT_RPATH, which DT_RUNPATH overrides. */
  readonly rpath?: string;
  /**
   * Versions of symbols that must be in the libraries it names, the newest of each family: `["libc.so.6", "GLIBC_2.38"]`
   * for each library that it wants any of. Absent where there are none.
   */
  readonly versionsNeeded?: readonly (readonly string[])[];
  /** Versions of symbols that it has for others, the newest of each family: `GLIBC_2.36`, `GLIBC_PRIVATE`. */
  readonly versionsDefined?: readonly string[];
  /** x86 ISA level bits of `.note.gnu.property` (GNU_PROPERTY_X86_ISA_1_NEEDED), absent when there is none. */
  readonly isaNeeded?: number;
  /** `.note.ABI-tag` as [os, major, minor, patch]. */
  readonly abiTag?: readonly [number, number, number, number];
}

/** An entry of the composed root filesystem, and who put it there. */
export interface PlacedEntry extends EntryHeader {
  /** Name of the package that owns it; undefined for what tare generates and for the recipe's own files. */
  readonly owner: string | undefined;
  readonly elf?: ElfFacts;
}

/**
 * The files that all packages together make, before anything is generated. Paths are real: links in directories
 * (`bin -> usr/bin`) were followed when the entries were placed.
 */
export interface RootView {
  get(path: string): PlacedEntry | undefined;
  /** Entries below a directory (not itself), whole subtree, sorted by path. `""` is everything. */
  under(directory: string): Iterable<PlacedEntry>;
  /** Content of a regular file (symlinks followed inside the root) that its source asked to keep; undefined for any other. */
  read(path: string): Uint8Array | undefined;
}

/** An entry that tare makes itself; its content is at hand. */
export interface GeneratedEntry extends Entry {
  readonly content: Uint8Array;
}

/** What became of one maintainer script (or trigger): the coverage report is made of these. */
export interface ScriptCoverage {
  readonly package: string;
  /** `postinst`, `preinst`, `triggers`, a scriptlet's name. */
  readonly script: string;
  /** handled: tare did the same natively. harmless: nothing in a container depends on it. needs-you: not done. */
  readonly verdict: "handled" | "harmless" | "needs-you";
  /** What was done, or why nothing needs doing, or what you would have to do: a short phrase each. */
  readonly notes: readonly string[];
}

/** What a source adds once all its packages are placed. */
export interface Configuration {
  readonly entries: readonly GeneratedEntry[];
  readonly coverage: readonly ScriptCoverage[];
}
