import type { Lock } from "../build/lock/lock.ts";
import type { Recipe } from "../build/recipe/recipe.ts";
import type { World } from "../build/world.ts";
import type { Location } from "../images/location.ts";
import type { BuildResult } from "../model/result.ts";
import type { Fetch } from "../model/seams.ts";
import type { DiskStore } from "../store/disk-store.ts";

export interface LockOptions {
  /** The recipe's folder, absolute: its relative paths start there. */
  readonly folder: string;
  /** `linux/amd64`; at least one. */
  readonly platforms: readonly string[];
  /** Its versions stay while they can. */
  readonly previous?: Lock;
  /** Packages of `previous` that may get the newest version; none when absent. */
  readonly update?: "all" | readonly string[];
}

export interface BuildOptions {
  /** The recipe's folder, absolute. */
  readonly folder: string;
  readonly platforms: readonly string[];
  /** With absolute paths. */
  readonly to: readonly Location[];
  /** Where `-` leads. */
  readonly stdout: NodeJS.WritableStream;
}

/** The work behind the commands. Each part is loaded when it is first used. */
export interface Engine {
  openStore(folder: string): Promise<DiskStore>;
  /** Keeps garbage collectors away until it is called. */
  leaseStore(folder: string): Promise<() => Promise<void>>;
  garbage(): Promise<typeof import("../store/garbage.ts")>;
  webFetch(environment: World["environment"]): Promise<Fetch>;
  lockRecipe(recipe: Recipe, world: World, options: LockOptions): Promise<Lock>;
  buildRecipe(recipe: Recipe, lock: Lock, world: World, options: BuildOptions): Promise<BuildResult>;
}
