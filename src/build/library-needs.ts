import { rm } from "node:fs/promises";
import type { LibraryNeed } from "../model/library.ts";
import type { Package } from "../model/package.ts";
import { type LinkedFile, libraryNeeds } from "../rootfs/libraries.ts";
import { machineOf } from "../rootfs/machines.ts";
import { compressorOf } from "./compressor.ts";
import { excludesOf } from "./excludes.ts";
import { fetchingFor } from "./fetching.ts";
import { groupsOf } from "./groups.ts";
import { obtainPackages } from "./obtain.ts";
import { ownLibraries } from "./own-libraries.ts";
import { linkedFilesOf, makePieces } from "./pieces.ts";
import { platformOf } from "./platform-of.ts";
import { distributionOf, type Recipe } from "./recipe/recipe.ts";
import { sourceDateEpoch } from "./source-date.ts";
import type { World } from "./world.ts";

/**
 * The libraries that a recipe's distribution must bring for what does not come from it: the application's packages and
 * the recipe's own files. In the order of the platforms; without a distribution, nobody is asked.
 *
 * Packages are made into members for it, as the build would, so that exactly what the image will hold is looked at.
 */
export async function needsOf(
  recipe: Recipe,
  platforms: readonly string[],
  packages: readonly (readonly Package[])[],
  world: World,
  folder: string,
): Promise<readonly (readonly LibraryNeed[])[]> {
  if (distributionOf(recipe) === undefined) return [];
  const own = await ownLibraries(recipe.files, folder);
  const needs: (readonly LibraryNeed[])[] = [];
  for (const [index, name] of platforms.entries()) {
    const machine = machineOf(platformOf(name));
    const files = [...(await linkedFiles(recipe, packages[index] ?? [], name, world, folder)), ...own];
    needs.push(machine === undefined ? [] : libraryNeeds(files, machine, recipe.hostLibraries));
  }
  return needs;
}

async function linkedFiles(
  recipe: Recipe,
  packages: readonly Package[],
  platformName: string,
  world: World,
  folder: string,
): Promise<LinkedFile[]> {
  if (packages.length === 0) return [];
  const platform = platformOf(platformName);
  const groups = await groupsOf(recipe, packages, platform, folder);
  const { obtain, stop } = obtainPackages(packages, fetchingFor(recipe, platform, folder, world), world);
  const scratch = await world.store.scratch();
  try {
    const plan = {
      groups,
      excludes: excludesOf(recipe),
      compressor: compressorOf(recipe),
      epoch: sourceDateEpoch(world.environment),
    };
    const pieces = await makePieces(plan, { ...world, obtain, made: () => {} }, scratch);
    return pieces.flatMap(linkedFilesOf);
  } finally {
    await stop();
    await rm(scratch, { recursive: true, force: true });
  }
}
