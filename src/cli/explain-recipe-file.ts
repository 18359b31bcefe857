import { explainRecipe } from "../build/explain-recipe.ts";
import { staleness } from "../build/lock/staleness.ts";
import type { Explanation } from "../explain/explanation.ts";
import type { Input, recipeOptions } from "./command.ts";
import type { Io } from "./io.ts";
import { lockedPlatforms } from "./locked.ts";
import { findRecipe, platformsOf, readLock, readRecipe } from "./recipe-file.ts";
import { withWorld } from "./with-world.ts";

/** Explains the build of the recipe that the arguments name, from its lock when that fits. */
export async function explainRecipeFile(
  io: Io,
  argument: string | undefined,
  options: Input<typeof recipeOptions>["options"],
): Promise<Explanation> {
  const place = await findRecipe(io, argument, options.file);
  return withWorld(io, options, async (world) => {
    const recipe = await readRecipe(place, options.set, world.store);
    const platforms = platformsOf(options.platform, recipe);
    const previous = await readLock(place, world.store);
    const inputs = await io.engine.recipeInputs(recipe, place.folder);
    const fits = previous !== undefined && staleness(previous, recipe, platforms, inputs).length === 0;
    const lock = fits
      ? previous
      : await io.engine.lockRecipe(recipe, world, {
          folder: place.folder,
          platforms: lockedPlatforms(platforms, recipe, previous),
          ...(previous && { previous }),
        });
    return explainRecipe({ recipe, lock, platforms, world, folder: place.folder });
  });
}
