import type { Recipe } from "../../build/recipe/recipe.ts";
import { TareError } from "../../errors.ts";
import type { Location } from "../../images/location.ts";
import { locationFrom, parseLocation } from "../../images/location.ts";
import { buildReport } from "../../report/build-report.ts";
import { plain } from "../../report/table.ts";
import { command, recipeArgument, recipeOptions } from "../command.ts";
import { lockFor } from "../locked.ts";
import { findRecipe, platformsOf, readRecipe } from "../recipe-file.ts";
import { withWorld } from "../with-world.ts";

export const build = command({
  name: "build",
  summary: "Build the image that a recipe describes",
  about: [
    "Resolves the recipe's packages (or takes them from tare.lock, when that is there and fits), fetches and checks them, composes their files and writes the image. The same lock gives the same image.",
    "Without `to` in the recipe and --to, the image goes to NAME.tar in this folder, which docker, podman and skopeo load; an image for several platforms goes there as an OCI archive.",
  ],
  arguments: [recipeArgument],
  options: {
    to: {
      value: "LOCATION",
      many: true,
      summary:
        "Write the image here instead of where the recipe says: docker-daemon:, docker-archive:FILE, oci:FOLDER, oci-archive:FILE, aci:FILE, tar:FILE or dir:FOLDER; - is the standard output",
    },
    locked: { summary: "Fail when tare.lock is missing or stale, instead of writing it" },
    ...recipeOptions,
    compression: { value: "HOW", summary: "gzip, zstd or none, with a level if need be: zstd:9" },
    threads: { value: "NUMBER", summary: "How many threads compress (default: one for each processor)" },
  },
  examples: [
    {
      does: "Build tare.yaml in this folder and give it to docker",
      line: "tare build --to docker-daemon:",
    },
    {
      does: "Build for two platforms, exactly what the lock says",
      line: "tare build --locked --platform linux/amd64 --platform linux/arm64 --to oci:image",
    },
    { does: "Give a variable of the recipe a value", line: "tare build --set VERSION=1.2 web/tare.yaml" },
  ],
  async run({ arguments: [argument], options }, io) {
    const place = await findRecipe(io, argument, options.file);
    return withWorld(io, options, async (world) => {
      const written = await readRecipe(place, options.set, world.store);
      const recipe: Recipe = await withCompression(written, options.compression);
      const platforms = platformsOf(options.platform, recipe);
      const to = await locationsOf(recipe, options.to, platforms.length, place.folder, io.folder);
      const lock = await lockFor(io, place, recipe, world, {
        platforms,
        refuse: options.locked,
        offline: options.offline,
      });
      const result = await io.engine.buildRecipe(recipe, lock, world, {
        folder: place.folder,
        platforms,
        to,
        stdout: io.stdout,
      });
      // The image itself may be what goes to the standard output; then the report must not.
      const say = to.some(({ path }) => path === "-") ? (text: string) => io.note(text.trimEnd()) : io.out;
      if (options.json) say(`${JSON.stringify(result, null, 2)}\n`);
      else {
        for (const warning of result.warnings) io.warn(plain(warning));
        say(buildReport(result, io));
      }
      return 0;
    });
  },
});

async function withCompression(recipe: Recipe, text: string | undefined): Promise<Recipe> {
  if (text === undefined) return recipe;
  const { compressionWanted, parseCompression } = await import("../../build/recipe/compression.ts");
  const compression = parseCompression(text);
  if (compression) return { ...recipe, compression };
  throw new TareError({
    code: "BAD_USAGE",
    why: `--compression must be ${compressionWanted}`,
    help: "tare build --help",
  });
}

/** Paths in the recipe start at its folder, those of the command line at the current one. */
async function locationsOf(
  recipe: Recipe,
  asked: readonly string[],
  platforms: number,
  recipeFolder: string,
  folder: string,
): Promise<Location[]> {
  const absolute = (texts: readonly string[], base: string) =>
    texts.map((text) => locationFrom(parseLocation(text), base));
  if (asked.length > 0) return absolute(asked, folder);
  if (recipe.to.length > 0) return absolute(recipe.to, recipeFolder);
  const transport = platforms > 1 ? "oci-archive" : "docker-archive";
  return absolute([`${transport}:${recipe.name.replace(/^.*\//, "")}.tar`], folder);
}
