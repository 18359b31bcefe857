import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { arch, versions } from "node:process";
import { byText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";
import { describeCompressor } from "../layers/compressor.ts";
import type { LockedRepository, Package } from "../model/package.ts";
import { type Platform, parsePlatform } from "../model/platform.ts";
import { debianArchitecture } from "../sources/debian/architectures.ts";
import { planRepositories, type RequestPlan } from "../sources/debian/plan.ts";
import { resolveDebian } from "../sources/debian/resolve.ts";
import type { Keep } from "../sources/debian/wants.ts";
import { version } from "../version.ts";
import { compressorOf } from "./compressor.ts";
import type { Lock } from "./lock/lock.ts";
import type { DebianPackages, Recipe } from "./recipe/recipe.ts";
import { recipeDigest } from "./recipe/recipe-digest.ts";
import type { World } from "./world.ts";

export interface LockOptions {
  /** The recipe's folder, absolute: its relative paths start there. */
  readonly folder: string;
  /** `linux/amd64`; at least one. */
  readonly platforms: readonly string[];
  /** Its versions stay while they can be had and nothing asks for others. */
  readonly previous?: Lock;
  /** Packages of `previous` that may get the newest version; none when absent. */
  readonly update?: readonly string[] | "all";
}

/**
 * From a recipe to exact packages: signed indexes are fetched and checked, and packages selected for each platform.
 * @throws what opening repositories and selecting packages throws: signatures, expiry, UNSATISFIABLE, DOWNLOAD_FAILED
 */
export async function lockRecipe(recipe: Recipe, world: World, options: LockOptions): Promise<Lock> {
  const repositories: LockedRepository[] = [];
  const packages = new Map<string, Package[]>(options.platforms.map((platform) => [platform, []]));
  for (const request of recipe.packages) {
    const architectures = options.platforms.map((platform) => debianArchitecture(platformOf(platform)));
    const { repositories: plans, notes } = await planFor(request, architectures, world, options.folder);
    const keep = (architecture: string) =>
      keepOf(options, options.platforms[architectures.indexOf(architecture)]);
    const resolution = await resolveDebian(request, plans, architectures, keep, world);
    for (const text of [...notes, ...resolution.notes]) world.progress({ kind: "step", text });
    repositories.push(...resolution.repositories);
    for (const [index, platform] of options.platforms.entries())
      packages.get(platform)?.push(...(resolution.packages[index] ?? []));
  }
  return {
    version: 1,
    tare: version,
    recipe: recipeDigest(recipe),
    compressor: describeCompressor(compressorOf(recipe), { zlib: versions.zlib, zstd: versions.zstd, arch }),
    repositories: repositories.sort((a, b) => byText(a.id, b.id)),
    platforms: [...packages]
      .sort(([a], [b]) => byText(a, b))
      .map(([platform, chosen]) => ({ platform, packages: chosen })),
  };
}

/** Where a request's repositories are, as the recipe, the environment and the host say. */
export function planFor(
  request: DebianPackages,
  architectures: readonly string[],
  world: World,
  folder: string,
): Promise<RequestPlan> {
  return planRepositories(request, architectures, {
    environment: world.environment,
    host: world,
    readKeyFile: (name) => readKeyFile(name, folder),
  });
}

async function readKeyFile(name: string, folder: string): Promise<Buffer> {
  const file = resolve(folder, name);
  return readFile(file).catch((cause) => {
    throw new TareError(
      { code: "NO_FILE", file, todo: `the recipe names it as a file with keys (${name})` },
      { cause },
    );
  });
}

export function platformOf(name: string): Platform {
  const platform = parsePlatform(name);
  if (platform === undefined)
    throw new TareError({ code: "BAD_USAGE", why: `${name} is no platform`, help: "tare build --help" });
  return platform;
}

function keepOf({ previous, update }: LockOptions, platform: string | undefined): Keep[] {
  if (previous === undefined || update === "all") return [];
  const locked = previous.platforms.find((one) => one.platform === platform)?.packages ?? [];
  return locked.filter(({ name }) => update === undefined || !update.includes(name));
}
