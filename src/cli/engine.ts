import type { BuildOptions } from "../build/build-recipe.ts";
import type { Lock, LockInput } from "../build/lock/lock.ts";
import type { LockOptions } from "../build/lock-recipe.ts";
import type { Recipe } from "../build/recipe/recipe.ts";
import type { World } from "../build/world.ts";
import type { DockerfileOptions } from "../dockerfile/build-dockerfile.ts";
import type { DockerfileResult } from "../model/dockerfile-result.ts";
import type { BuildResult } from "../model/result.ts";
import type { Fetch } from "../model/seams.ts";
import type { DiskStore } from "../store/disk-store.ts";

/** The work behind the commands. Each part is loaded when it is first used. */
export interface Engine {
  openStore(folder: string): Promise<DiskStore>;
  /** Keeps garbage collectors away until it is called. */
  leaseStore(folder: string): Promise<() => Promise<void>>;
  readonly garbage: typeof import("../store/garbage.ts");
  webFetch(environment: World["environment"]): Promise<Fetch>;
  recipeInputs(recipe: Recipe, folder: string): Promise<readonly LockInput[]>;
  lockRecipe(recipe: Recipe, world: World, options: LockOptions): Promise<Lock>;
  buildDockerfile(options: DockerfileOptions, world: World): Promise<DockerfileResult>;
  buildRecipe(recipe: Recipe, lock: Lock, world: World, options: BuildOptions): Promise<BuildResult>;
}
