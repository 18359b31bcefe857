import type { Step } from "../../explain/explanation.ts";
import type { LibraryNeed } from "../../model/library.ts";
import type { Package } from "../../model/package.ts";
import type { Platform } from "../../model/platform.ts";
import type { Distribution } from "../../model/source.ts";
import type { NpmPlatform } from "../../sources/npm/platform.ts";
import type { Resolution } from "../../sources/resolution.ts";
import type { World } from "../world.ts";
import type { Explained } from "./explained.ts";

/** An item of a recipe that names a distribution, as everything in the build uses it. */
export interface DistributionSource {
  readonly distribution: Distribution;
  /** The C library that its programs are linked to. */
  readonly libc: NpmPlatform["libc"];
  /** The distribution's own name of a machine. @throws NO_PLATFORM */
  architecture(platform: Platform): string;
  /**
   * Opens its repositories, checks who vouches for them, and chooses packages.
   * @throws signatures, expiry, UNSATISFIABLE, NO_LIBRARY, DOWNLOAD_FAILED
   */
  choose(wanted: Wanted, world: World, folder: string): Promise<Resolution>;
  /** Base addresses of its repositories, by their ids: where locked packages are fetched from. */
  mirrors(
    architecture: string,
    world: World,
    folder: string,
  ): Promise<ReadonlyMap<string, readonly string[]>>;
  /**
   * What a person would type instead, from trust to a root that is set up, in `$made/rootfs`, as one script for the
   * recipe's folder. @throws what the recipe's own files say wrong: NO_FILE, BAD_REPO_FILE, BAD_URL
   */
  explain(explained: Explained): Promise<readonly Step[]>;
}

/** What a recipe wants of its distribution; lists are in the order of the architectures. */
export interface Wanted {
  readonly architectures: readonly string[];
  /** Packages beside those that the item itself names: the distribution's Node.js. */
  readonly also: readonly string[];
  /** Versions that stay where they still can be had. */
  readonly keep: readonly (readonly Package[])[];
  /** What files from elsewhere need of it. */
  readonly needs: readonly (readonly LibraryNeed[])[];
}
