import { arch, versions } from "node:process";
import { byText } from "../bytes/text.ts";
import { describeCompressor } from "../layers/compressor.ts";
import type { LibraryNeed } from "../model/library.ts";
import type { LockedRepository, Package } from "../model/package.ts";
import { version } from "../version.ts";
import { npmRequest, npmSeams } from "./application.ts";
import { compressorOf } from "./compressor.ts";
import { distributionSourceOf } from "./distributions/distribution-source-of.ts";
import { needsOf } from "./library-needs.ts";
import type { Lock } from "./lock/lock.ts";
import { byLockOrder } from "./lock/order.ts";
import { isOfDistribution } from "./of-distribution.ts";
import { isOfNpm } from "./of-npm.ts";
import { olderIndexes } from "./older-indexes.ts";
import { platformOf } from "./platform-of.ts";
import { isDistribution } from "./recipe/distribution-names.ts";
import { applicationOf, type Recipe } from "./recipe/recipe.ts";
import { recipeDigest } from "./recipe/recipe-digest.ts";
import { recipeInputs } from "./recipe-inputs.ts";
import { chooseTarballs } from "./tarball/choose.ts";
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

/** What one item of the recipe comes to; packages in the order of the platforms. */
interface Chosen {
  readonly repositories: readonly LockedRepository[];
  readonly packages: readonly (readonly Package[])[];
  readonly notes: readonly string[];
}

/**
 * From a recipe to exact packages, for each platform: the application's, then those of the distribution with the
 * libraries that the application and the recipe's own files ask for. Indexes and packages of npm are fetched and
 * checked.
 * @throws what opening repositories and selecting packages throws: signatures, expiry, UNSATISFIABLE, DOWNLOAD_FAILED
 */
export async function lockRecipe(recipe: Recipe, world: World, options: LockOptions): Promise<Lock> {
  const application = await chooseApplication(recipe, world, options);
  const tarballs = await chooseTarballs(recipe, options.folder, world);
  const foreign = options.platforms.map((_, index) => [
    ...(application.packages[index] ?? []),
    ...tarballs.packages,
  ]);
  const needs = await needsOf(recipe, options.platforms, foreign, world, options.folder);
  const distribution = await chooseDistribution(recipe, needs, world, options);
  const inputs = await recipeInputs(recipe, options.folder);
  const older = olderIndexes(options.previous?.repositories ?? [], distribution.repositories);
  for (const text of [...application.notes, ...distribution.notes, ...older])
    world.progress({ kind: "note", text });
  return {
    version: 1,
    tare: version,
    recipe: recipeDigest(recipe),
    ...(inputs.length > 0 && { inputs }),
    compressor: describeCompressor(compressorOf(recipe), { zlib: versions.zlib, zstd: versions.zstd, arch }),
    repositories: [...application.repositories, ...tarballs.repositories, ...distribution.repositories].sort(
      (a, b) => byText(a.id, b.id),
    ),
    platforms: options.platforms
      .map((platform, index) => ({
        platform,
        packages: [...(foreign[index] ?? []), ...(distribution.packages[index] ?? [])].sort(byLockOrder),
      }))
      .sort((a, b) => byText(a.platform, b.platform)),
  };
}

const nothing: Chosen = { repositories: [], packages: [], notes: [] };

async function chooseApplication(recipe: Recipe, world: World, options: LockOptions): Promise<Chosen> {
  const item = applicationOf(recipe);
  if (item === undefined) return nothing;
  const { resolveNpm } = await import("../sources/npm/resolve.ts");
  const platforms = options.platforms.map(platformOf);
  const keep = options.platforms.map((platform) =>
    keepOf(options, platform).filter(({ repository }) => isOfNpm(repository)),
  );
  const request = npmRequest(item, options.folder);
  return resolveNpm(
    request,
    platforms,
    distributionSourceOf(recipe)?.libc ?? "glibc",
    keep,
    npmSeams(options.folder, world),
  );
}

async function chooseDistribution(
  recipe: Recipe,
  needs: readonly (readonly LibraryNeed[])[],
  world: World,
  options: LockOptions,
): Promise<Chosen> {
  const source = distributionSourceOf(recipe);
  if (source === undefined) return nothing;
  const keep = options.platforms.map((platform) =>
    keepOf(options, platform).filter(({ repository }) => isOfDistribution(repository)),
  );
  const architectures = options.platforms.map((platform) => source.architecture(platformOf(platform)));
  // `node: debian` and its like ask for the distribution's own; all of them call it so.
  const also = isDistribution(applicationOf(recipe)?.node ?? "") ? ["nodejs"] : [];
  return source.choose({ architectures, also, keep, needs }, world, options.folder);
}

function keepOf({ previous, update }: LockOptions, platform: string | undefined): Package[] {
  if (previous === undefined || update === "all") return [];
  const locked = previous.platforms.find((one) => one.platform === platform)?.packages ?? [];
  return locked.filter(({ name }) => update === undefined || !update.includes(name));
}
