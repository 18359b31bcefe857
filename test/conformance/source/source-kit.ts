import { elfFile } from "../../kit/elf-file.ts";
import type { FileServer } from "../../kit/serve.ts";

/** A package as every source has them, written as data. */
export interface SourcePackage {
  readonly name: string;
  /** Default `1.0`: also the part that people compare, where a source adds a revision of its own. */
  readonly version?: string;
  /** Names of packages that it needs. */
  readonly needs?: readonly string[];
  /** Names of packages that it can't stand beside. */
  readonly conflicts?: readonly string[];
  /** Path without a leading slash to its text. */
  readonly files?: Readonly<Record<string, string>>;
  /** The name of a shared library that it has, for amd64, and that programs are linked to: `libgamma.so.1`. */
  readonly library?: string;
  /** For which machine; default any, or that of its library. */
  readonly machine?: "amd64" | "arm64";
}

/** The library of a package, as bytes. */
export function libraryFile(soname: string): Uint8Array {
  return elfFile({ bits: 64, littleEndian: true, machine: 62, flags: 0, needed: [], soname });
}

/** Whose signature stands below what is published. */
export type Signer = "ours" | "another" | "nobody";

/** Packages of one source on a server of the loopback interface. */
export interface Published {
  readonly server: FileServer;
  /** The recipe's item that asks for packages by name. Files that it names lie in the folder of {@link SourceKit.publish}. */
  item(include: readonly string[]): Readonly<Record<string, unknown>>;
  /** What the lock must name as the key. */
  readonly key: string;
  /** Where the server has a package's file, relative to its root. */
  fileOf(name: string, version?: string): string;
  /** What the server answers with, by path: tests spoil it. */
  readonly files: Map<string, Uint8Array>;
  /** Publishes these instead of what was there, under the same key and address. */
  again(packages: readonly SourcePackage[]): Promise<void>;
}

/** How one source's packages are made and published, so that the suite can ask the same of all. */
export interface SourceKit {
  /** As the recipe says it: `debian`. */
  readonly from: string;
  /** Programs of the host that make the packages. */
  readonly programs: readonly string[];
  /** Whether those programs make a package whose paths lead out of the root; else the format's own tests make one. */
  readonly escapes: boolean;
  /** A file of the package database that lists what is installed, in every image. */
  readonly database: string;
  /**
   * @param folder for keys and the like: the recipe's
   */
  publish(packages: readonly SourcePackage[], folder: string, signer: Signer): Promise<Published>;
}
