import type { Digest } from "../../bytes/digest.ts";
import type { LockedRepository, Package } from "../../model/package.ts";

/** The packages of one platform, sorted by name. */
export interface LockedPlatform {
  /** `linux/arm64` */
  readonly platform: string;
  readonly packages: readonly Package[];
}

/** What outside the recipe decided the choice. */
export interface LockInput {
  /** A file, relative to the recipe's folder: `package-lock.json`; `files` for the programs under `files:`. */
  readonly name: string;
  /** Of what decides in it. */
  readonly digest: Digest;
}

/** `tare.lock`: a plain value (it survives JSON). */
export interface Lock {
  /** Of the file's shape. */
  readonly version: 1;
  /** The version of tare that wrote it. */
  readonly tare: string;
  /** `recipeDigest` of the recipe it was made for. */
  readonly recipe: Digest;
  /** `recipeInputs` of it; absent when there are none. */
  readonly inputs?: readonly LockInput[];
  /** What made the compressed members, as their bytes depend on it: `zlib 1.3.1, zstd 1.5.7, x64`. */
  readonly compressor: string;
  /** Sorted by id. */
  readonly repositories: readonly LockedRepository[];
  /** Sorted by name. */
  readonly platforms: readonly LockedPlatform[];
}
