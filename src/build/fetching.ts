import type { Platform } from "../model/platform.ts";
import type { NpmOptions } from "../sources/npm/registry/client.ts";
import type { NpmRequest, NpmSeams } from "../sources/npm/request.ts";
import { npmRequest, npmSeams } from "./application.ts";
import { distributionSourceOf } from "./distributions/distribution-source-of.ts";
import { type FetchPackage, fromMirrors } from "./obtain.ts";
import { isOfNpm } from "./of-npm.ts";
import { applicationOf, type Recipe } from "./recipe/recipe.ts";
import { fetchingTarballs } from "./tarball/fetch.ts";
import { isOfTarballs } from "./tarball/of-tarballs.ts";
import type { World } from "./world.ts";

/** How the locked packages of a recipe are fetched: each from its own kind of repository. */
export function fetchingFor(recipe: Recipe, platform: Platform, folder: string, world: World): FetchPackage {
  const fromDistribution = fromMirrors(async () => {
    const source = distributionSourceOf(recipe);
    return source?.mirrors(source.architecture(platform), world, folder) ?? new Map();
  }, world);
  const application = applicationOf(recipe);
  const fromRegistries =
    application && fetchingFromRegistries(npmRequest(application, folder), npmSeams(folder, world));
  const fromTarballs = fetchingTarballs(recipe, folder, world);
  return (wanted, signal) => {
    if (isOfTarballs(wanted.repository)) return fromTarballs(wanted, signal);
    return isOfNpm(wanted.repository) && fromRegistries
      ? fromRegistries(wanted, signal)
      : fromDistribution(wanted, signal);
  };
}

function fetchingFromRegistries(request: NpmRequest, seams: NpmSeams): FetchPackage {
  let configured: Promise<NpmOptions> | undefined;
  return async (wanted, signal) => {
    const [{ npmConfiguration }, { npmTarball }] = await Promise.all([
      import("../sources/npm/registry/config.ts"),
      import("../sources/npm/registry/tarball.ts"),
    ]);
    configured ??= npmConfiguration(request, seams);
    return npmTarball(wanted, { ...seams, options: await configured, signal });
  };
}
