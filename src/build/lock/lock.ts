import type { Digest } from "../../bytes/digest.ts";
import type { LockedRepository, Package } from "../../model/package.ts";

/** The packages of one platform, sorted by name. */
export interface LockedPlatform {
  /** `linux/arm64` */
  readonly platform: string;
  readonly packages: readonly Package[];
}

/** `tare.lock`: a plain value (it survives JSON). */
export interface Lock {
  /** Of the file's shape. */
  readonly version: 1;
  /** The version of tare that wrote it. */
  readonly tare: string;
  /** `recipeDigest` of the recipe it was made for. */
  readonly recipe: Digest;
  /** What made the compressed members, as their bytes depend on it: `zlib 1.3.1, zstd 1.5.7, x64`. */
  readonly compressor: string;
  /** Sorted by id. */
  readonly repositories: readonly LockedRepository[];
  /** Sorted by name. */
  readonly platforms: readonly LockedPlatform[];
}
