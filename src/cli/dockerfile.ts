import { createReadStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { basename, dirname, relative, resolve } from "node:path";
import type { World } from "../build/world.ts";
import { type Bytes, collect } from "../bytes/bytes.ts";
import { readFailure } from "../bytes/read-failure.ts";
import { decodeText } from "../bytes/text.ts";
import type { Bases } from "../dockerfile/base.ts";
import { TareError } from "../errors.ts";
import { type Location, locationFrom, parseLocation } from "../images/location.ts";
import { refuseMisnamed } from "../images/misnamed.ts";
import { openImage } from "../images/open.ts";
import { type Compressor, defaultLevels } from "../layers/compressor.ts";
import { type Platform, platformName } from "../model/platform.ts";
import { parseReference } from "../model/reference.ts";
import { dockerfileReport } from "../report/dockerfile-report.ts";
import { imageId } from "../report/image-id.ts";
import { plain } from "../report/table.ts";
import type { DockerfilePlace } from "./dockerfile-place.ts";
import type { Io } from "./io.ts";
import { lockFor } from "./locked.ts";
import { platformOption } from "./platform-option.ts";
import { findRecipe, readRecipe } from "./recipe-file.ts";
import { thisMachine } from "./this-machine.ts";
import { withWorld } from "./with-world.ts";

const help = "tare build --help";

/** The options of `tare build` that a Dockerfile takes. */
export interface DockerfileArguments {
  readonly "build-arg": readonly string[];
  readonly target: string | undefined;
  readonly tag: string | undefined;
  readonly platform: readonly string[];
  readonly to: readonly string[];
  readonly compression: string | undefined;
  readonly locked: boolean;
  readonly offline: boolean;
  readonly store: string | undefined;
  readonly threads: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Bytes of a Dockerfile; what is larger was not written by hand. */
const sizeLimit = 4 << 20;

/** `tare build -f Dockerfile`: reads it, builds, writes, tells. */
export async function buildWithDockerfile(
  io: Io,
  { file, context }: DockerfilePlace,
  options: DockerfileArguments,
): Promise<number> {
  const path = file === "-" ? undefined : resolve(io.folder, file);
  const shown = path === undefined ? "Dockerfile" : relative(io.folder, path) || basename(path);
  const folder = context === undefined ? dirname(path ?? io.folder) : resolve(io.folder, context);
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) {
    const todo = "the context is the folder that is copied from";
    throw new TareError({ code: "NO_FILE", file: context ?? folder, kind: "folder", todo });
  }
  if (!found.isDirectory()) throw usage(`the context ${context ?? folder} is no folder`);
  const bytes = await collect(path === undefined ? io.stdin() : contentOf(path, shown), sizeLimit, shown);
  const platforms = options.platform.map(platformOf);
  const name = options.tag ?? nameOf(folder);
  if (parseReference(name) === undefined) throw usage(`${JSON.stringify(name)} is no name for an image`);
  const to = locationsOf(options.to, name, platforms.length, io.folder);
  return withWorld(io, options, async (world) => {
    const { bases, release, recipes } = basesOf(io, world, options);
    try {
      const result = await io.engine.buildDockerfile(
        {
          path,
          file: shown,
          text: decodeText(bytes),
          folder: path === undefined ? folder : dirname(path),
          context: folder,
          name,
          args: argumentsOf(options["build-arg"], io.environment),
          target: options.target,
          platforms,
          machine: thisMachine(),
          bases,
          compressor: await compressorOf(options.compression),
          to,
          stdout: io.stdout,
        },
        world,
      );
      const idle = options.locked && recipes() === 0 ? [lockedSaysNothing(shown)] : [];
      const warnings = [...result.warnings, ...idle];
      const say = to.some((one) => one.path === "-") ? (text: string) => io.note(text.trimEnd()) : io.out;
      if (options.json) say(`${JSON.stringify({ ...result, warnings }, null, 2)}\n`);
      else {
        for (const warning of warnings) io.note(plain(warning));
        say(options.quiet ? `${imageId(result)}\n` : dockerfileReport(result, io));
      }
      return 0;
    } finally {
      await release();
    }
  });
}

async function* contentOf(path: string, shown: string): Bytes {
  try {
    yield* createReadStream(path);
  } catch (cause) {
    const todo = "name a Dockerfile with --file";
    throw (cause as NodeJS.ErrnoException).code === "ENOENT"
      ? new TareError({ code: "NO_FILE", file: shown, kind: "file", todo }, { cause })
      : readFailure(cause, shown);
  }
}

function lockedSaysNothing(file: string): string {
  return `--locked changes nothing: ${file} is not built upon a recipe, as FROM tare:FOLDER is.`;
}

/** Images from elsewhere; what they stand in is kept until it is released. */
function basesOf(io: Io, world: World, options: DockerfileArguments) {
  const scratches: string[] = [];
  const scratch = async () => {
    const folder = await world.store.scratch();
    scratches.push(folder);
    return folder;
  };
  const { environment, progress, signal } = world;
  let recipes = 0;
  const bases: Bases = {
    atLocation: (location) => openImage(location, { environment, progress, signal, scratch }),
    async ofRecipe(path, platform) {
      recipes += 1;
      const place = await findRecipe(io, path, undefined);
      const recipe = await readRecipe(place, [], world.store);
      const platforms = [platformName(platform)];
      const { locked: refuse, offline } = options;
      const lock = await lockFor(io, place, recipe, world, { platforms, refuse, offline });
      const location: Location = { transport: "oci", path: resolve(await scratch(), "image") };
      const { folder } = place;
      await io.engine.buildRecipe(recipe, lock, world, {
        folder,
        platforms,
        to: [location],
        stdout: io.stdout,
      });
      return openImage(location);
    },
  };
  const release = async () => {
    for (const folder of scratches) await rm(folder, { recursive: true, force: true });
  };
  return { bases, release, recipes: () => recipes };
}

function platformOf(text: string): Platform {
  const platform = platformOption(text, "tare build --help");
  if (platform.os === "linux") return platform;
  throw usage(`${JSON.stringify(text)} is no platform like linux/amd64 or linux/arm64`);
}

/** `NAME` alone takes its value from the environment, and is none where that has none. */
function argumentsOf(given: readonly string[], environment: Io["environment"]): Map<string, string> {
  const values = new Map<string, string>();
  for (const text of given) {
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    const value = equals < 0 ? environment[name] : text.slice(equals + 1);
    if (name === "") throw usage(`--build-arg needs NAME=VALUE, not ${JSON.stringify(text)}`);
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

/** What a folder's name leaves of an image's name. */
function nameOf(folder: string): string {
  const plain = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return plain === "" ? "image" : plain;
}

function locationsOf(asked: readonly string[], name: string, platforms: number, folder: string): Location[] {
  const transport = platforms > 1 ? "oci-archive" : "docker-archive";
  const file = name.replace(/^.*\//, "").replace(/[:@].*$/, "");
  const texts = asked.length > 0 ? asked : [`${transport}:${file}.tar`];
  return texts.map((text) => refuseMisnamed(locationFrom(parseLocation(text), folder)));
}

async function compressorOf(text: string | undefined): Promise<Compressor> {
  if (text === undefined) return { format: "gzip", level: defaultLevels.gzip };
  const { compressionWanted, parseCompression } = await import("../build/recipe/compression.ts");
  const choice = parseCompression(text);
  if (choice === undefined) throw usage(`--compression must be ${compressionWanted}`);
  const { format, level = defaultLevels[choice.format] } = choice;
  return { format, level };
}

function usage(why: string): TareError {
  return new TareError({ code: "BAD_USAGE", why, help });
}
