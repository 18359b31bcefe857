import type { Recipe } from "../../build/recipe/recipe.ts";
import { TareError } from "../../errors.ts";
import type { Location } from "../../images/location.ts";
import { locationFrom, parseLocation } from "../../images/location.ts";
import { refuseMisnamed } from "../../images/misnamed.ts";
import { buildReport } from "../../report/build-report.ts";
import { imageId } from "../../report/image-id.ts";
import { plain } from "../../report/table.ts";
import { command, recipeArgument, recipeOptions } from "../command.ts";
import type { DockerfileArguments } from "../dockerfile.ts";
import { type DockerfilePlace, findDockerfile } from "../dockerfile-place.ts";
import type { Io } from "../io.ts";
import { locationHelp } from "../location-help.ts";
import { lockFor } from "../locked.ts";
import { findRecipe, platformsOf, readRecipe } from "../recipe-file.ts";
import { withWorld } from "../with-world.ts";

const help = "tare build --help";

export const build = command({
  name: "build",
  summary: "Build the image that a recipe or a Dockerfile describes",
  about: [
    "Resolves the recipe's packages (or takes them from tare.lock, when that is there and fits), fetches and checks them, composes their files and writes the image. The same lock gives the same image.",
    "Without `to` in the recipe and --to, the image goes to NAME.tar in this folder, which docker, podman and skopeo load; an image for several platforms goes there as an OCI archive.",
    "A Dockerfile is built as docker would, without running anything: FROM names scratch, a stage, a location (oci:FOLDER, docker-archive:FILE) or a recipe (tare:FOLDER), and RUN is refused. It is known by its name, which has Dockerfile or Containerfile in it, or by what it begins with; in a folder it is taken where there is no tare.yaml; --file - reads it from the standard input. The argument is then the context, the folder that is copied from; without, it is the Dockerfile's own. docs/dockerfile.md has the details.",
    "With --quiet the result is the image's ID alone: the digest of its configuration, as docker has it, or that of the index over several platforms.",
  ],
  arguments: [{ ...recipeArgument, summary: `${recipeArgument.summary}; with a Dockerfile, the context` }],
  options: {
    to: {
      value: "LOCATION",
      many: true,
      summary: `Write the image here instead of where the recipe says: ${locationHelp}; - for PATH is the standard output`,
    },
    "build-arg": {
      value: "NAME=VALUE",
      many: true,
      summary: "Give an ARG of the Dockerfile a value; NAME alone takes it from the environment",
    },
    target: { value: "STAGE", summary: "Build this stage of the Dockerfile, not the last one" },
    tag: { value: "NAME", short: "t", summary: "Call the image of a Dockerfile this: shout:1" },
    locked: { summary: "Fail when tare.lock is missing or stale, instead of writing it" },
    ...recipeOptions,
    file: { ...recipeOptions.file, summary: "The recipe (default: tare.yaml), or a Dockerfile; - reads one" },
    compression: { value: "HOW", summary: "gzip, zstd or none, with a level if need be: zstd:9" },
    threads: { value: "NUMBER", summary: "How many threads compress (default: one for each processor)" },
  },
  needless: {
    "no-cache": "what is kept is known by its digest, and never out of date",
    pull: "nothing is pulled, so what FROM names is read anew each time",
    progress: "progress is shown on a terminal alone, and --quiet shows none",
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
    {
      does: "Build a Dockerfile that copies files upon another image",
      line: "tare build -f Dockerfile --build-arg VERSION=1.2 --to oci:image .",
    },
    { does: "Give a variable of the recipe a value", line: "tare build --set VERSION=1.2 web/tare.yaml" },
  ],
  async run({ arguments: [argument], options }, io) {
    const dockerfile = await findDockerfile(io.folder, argument, options.file);
    if (dockerfile !== undefined) return withDockerfile(io, dockerfile, options);
    for (const name of ["build-arg", "target", "tag"] as const)
      if (options[name] !== undefined && options[name].length > 0)
        throw new TareError({ code: "BAD_USAGE", why: `--${name} is for Dockerfiles`, help });
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
        say(options.quiet ? `${imageId(result)}\n` : buildReport(result, io));
      }
      return 0;
    });
  },
});

async function withDockerfile(
  io: Io,
  place: DockerfilePlace,
  options: DockerfileArguments & { readonly set: readonly string[] },
): Promise<number> {
  if (options.set.length > 0)
    throw new TareError({
      code: "BAD_USAGE",
      why: "--set is for recipes; a Dockerfile has --build-arg",
      help,
    });
  const { buildWithDockerfile } = await import("../dockerfile.ts");
  return buildWithDockerfile(io, place, options);
}

async function withCompression(recipe: Recipe, text: string | undefined): Promise<Recipe> {
  if (text === undefined) return recipe;
  const { compressionWanted, parseCompression } = await import("../../build/recipe/compression.ts");
  const compression = parseCompression(text);
  if (compression) return { ...recipe, compression };
  throw new TareError({
    code: "BAD_USAGE",
    why: `--compression must be ${compressionWanted}`,
    help,
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
    texts.map((text) => refuseMisnamed(locationFrom(parseLocation(text), base)));
  if (asked.length > 0) return absolute(asked, folder);
  if (recipe.to.length > 0) return absolute(recipe.to, recipeFolder);
  const transport = platforms > 1 ? "oci-archive" : "docker-archive";
  return absolute([`${transport}:${recipe.name.replace(/^.*\//, "")}.tar`], folder);
}
