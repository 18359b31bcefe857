import { explainRecipe } from "../../build/explain-recipe.ts";
import { staleness } from "../../build/lock/staleness.ts";
import { explanationText } from "../../report/explanation.ts";
import { command, recipeArgument, recipeOptions } from "../command.ts";
import { lockedPlatforms } from "../locked.ts";
import { findRecipe, platformsOf, readLock, readRecipe } from "../recipe-file.ts";
import { withWorld } from "../with-world.ts";

export const explain = command({
  name: "explain",
  summary: "Tell what a build of the recipe does, and how to do it by hand",
  about: [
    "Goes through the build step by step, in plain words, each with the commands of well-known programs that come to the same: who vouches for the packages, which they are, how their files become layers and the layers an image. Nothing is written.",
    "Packages are those of tare.lock when it fits the recipe; otherwise they are chosen now, as `tare lock` would.",
  ],
  arguments: [recipeArgument],
  options: recipeOptions,
  examples: [{ does: "Read how tare.yaml becomes an image", line: "tare explain | less" }],
  async run({ arguments: [argument], options }, io) {
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
      const explanation = explainRecipe(recipe, lock, platforms);
      io.out(options.json ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation, io));
      return 0;
    });
  },
});
