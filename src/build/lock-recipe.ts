import { arch, versions } from "node:process";
import { byText } from "../bytes/text.ts";
import { describeCompressor } from "../layers/compressor.ts";
import type { LockedRepository, Package } from "../model/package.ts";
import { debianArchitecture } from "../sources/debian/architectures.ts";
import { resolveDebian } from "../sources/debian/resolve.ts";
import type { Keep } from "../sources/debian/wants.ts";
import { version } from "../version.ts";
import { compressorOf } from "./compressor.ts";
import type { Lock } from "./lock/lock.ts";
import { planFor, platformOf } from "./plan.ts";
import type { Recipe } from "./recipe/recipe.ts";
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

function keepOf({ previous, update }: LockOptions, platform: string | undefined): Keep[] {
  if (previous === undefined || update === "all") return [];
  const locked = previous.platforms.find((one) => one.platform === platform)?.packages ?? [];
  return locked.filter(({ name }) => update === undefined || !update.includes(name));
}
