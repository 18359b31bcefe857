import type { Platform } from "../model/platform.ts";
import { debianArchitecture } from "../sources/debian/architectures.ts";
import { npmSeams } from "./application.ts";
import { type FetchPackage, fromMirrors } from "./obtain.ts";
import { isOfNpm } from "./of-npm.ts";
import { planFor } from "./plan.ts";
import { applicationOf, distributionOf, type Recipe } from "./recipe/recipe.ts";
import type { World } from "./world.ts";

/** How the locked packages of a recipe are fetched: each from its own kind of repository. */
export function fetchingFor(recipe: Recipe, platform: Platform, folder: string, world: World): FetchPackage {
  const fromDistribution = fromMirrors(async () => {
    const distribution = distributionOf(recipe);
    if (distribution === undefined) return new Map();
    const { repositories } = await planFor(distribution, [debianArchitecture(platform)], world, folder);
    return new Map(repositories.map(({ id, mirrors }) => [id, mirrors]));
  }, world);
  return async (wanted, signal) => {
    const application = applicationOf(recipe);
    if (application === undefined || !isOfNpm(wanted.repository)) return fromDistribution(wanted, signal);
    const { npmTarball } = await import("../sources/npm/tarball.ts");
    return npmTarball(wanted, npmSeams(folder, { ...world, signal }));
  };
}
