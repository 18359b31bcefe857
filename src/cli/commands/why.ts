import { reasonsFor, reasonsText } from "../../report/why.ts";
import { command, recipeOptions, storeOption } from "../command.ts";
import { findRecipe, requireLock } from "../recipe-file.ts";
import { withWorld } from "../with-world.ts";
export const why = command({
  name: "why",
  summary: "Show why a package is in the image",
  about: ["Follows tare.lock from the packages that the recipe asks for down to the one that is named."],
  arguments: [
    { name: "PACKAGE", summary: "A package of tare.lock", required: true },
    { name: "RECIPE", summary: "The recipe, or a folder with a tare.yaml (default: this folder)" },
  ],
  options: { file: recipeOptions.file, ...storeOption },
  examples: [{ does: "See what needs zlib", line: "tare why zlib1g" }],
  async run({ arguments: [name = "", argument], options }, io) {
    const place = await findRecipe(io, argument, options.file);
    return withWorld(io, { store: options.store, offline: true }, async ({ store }) => {
      const lock = await requireLock(place, store);
      const reasons = reasonsFor(lock.platforms, name, place.lockName);
      io.out(options.json ? `${JSON.stringify(reasons, null, 2)}\n` : reasonsText(reasons));
      return 0;
    });
  },
});
