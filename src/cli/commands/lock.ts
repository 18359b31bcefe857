import { lockText, writeLock } from "../../build/lock/write-lock.ts";
import { TareError } from "../../errors.ts";
import { lockChanges, lockReport } from "../../report/lock-report.ts";
import { plain } from "../../report/table.ts";
import { command, recipeOptions } from "../command.ts";
import { lockedPlatforms } from "../locked.ts";
import { findRecipe, platformsOf, readLock, readRecipe } from "../recipe-file.ts";
import { checkUpdateNames, projectUpdateNotes } from "../update-names.ts";
import { withWorld } from "../with-world.ts";

export const lock = command({
  name: "lock",
  summary: "Choose the recipe's packages and write them to tare.lock",
  about: [
    "Reads the signed indexes, checks who signed them, chooses the packages and writes each one's version and digest to tare.lock, with the keys that vouch for it. Versions that are in the lock stay while they can; --update takes the newest, of the packages named or of all.",
  ],
  arguments: [{ name: "PACKAGE", summary: "With --update: only these packages may change", many: true }],
  options: {
    update: { summary: "Take the newest versions" },
    ...recipeOptions,
  },
  examples: [
    { does: "Write tare.lock, or bring it up to date with the recipe", line: "tare lock" },
    {
      does: "Take the newest openssl, and leave the rest as it is",
      line: "tare lock --update openssl libssl3",
    },
  ],
  async run({ arguments: packages, options }, io) {
    if (packages.length > 0 && !options.update) {
      throw new TareError({
        code: "BAD_USAGE",
        why: "packages are named only with --update; a recipe goes to --file",
        help: "tare lock --help",
      });
    }
    const place = await findRecipe(io, undefined, options.file);
    return withWorld(io, options, async (world) => {
      const recipe = await readRecipe(place, options.set, world.store);
      const previous = await readLock(place, world.store);
      if (previous) checkUpdateNames(packages, previous, place.lockName);
      const next = await io.engine.lockRecipe(recipe, world, {
        folder: place.folder,
        platforms: lockedPlatforms(platformsOf(options.platform, recipe), recipe, previous),
        ...(previous && { previous }),
        ...(previous && { update: options.update && packages.length === 0 ? "all" : packages }),
      });
      const changed = previous === undefined || lockText(previous) !== lockText(next);
      if (changed) await writeLock(place.lockPath, next);
      const changes = lockChanges(previous?.platforms ?? [], next.platforms);
      const still = packages.filter((name) => !changes.some((change) => change.name === name));
      for (const text of projectUpdateNotes(still, next)) io.note(plain(text));
      io.out(
        options.json
          ? `${JSON.stringify({ file: place.lockName, changed, changes }, null, 2)}\n`
          : lockReport(place.lockName, changed, changes),
      );
      return 0;
    });
  },
});
