import type { Lock } from "../build/lock/lock.ts";
import { staleness } from "../build/lock/staleness.ts";
import { writeLock } from "../build/lock/write-lock.ts";
import type { Recipe } from "../build/recipe/recipe.ts";
import type { World } from "../build/world.ts";
import { TareError } from "../errors.ts";
import type { Io } from "./io.ts";
import { type RecipePlace, readLock } from "./recipe-file.ts";

/**
 * The lock that serves the recipe on these platforms: the one that is there, or with `refuse` unset a new one, which
 * is written beside the recipe.
 * @throws NO_FILE, STALE_LOCK when `refuse` is set; OFFLINE_LOCK
 */
export async function lockFor(
  io: Io,
  place: RecipePlace,
  recipe: Recipe,
  world: World,
  {
    platforms,
    refuse,
    offline,
  }: { readonly platforms: readonly string[]; readonly refuse: boolean; readonly offline: boolean },
): Promise<Lock> {
  const previous = await readLock(place, world.store);
  const inputs = await io.engine.recipeInputs(recipe, place.folder);
  const reasons = previous ? staleness(previous, recipe, platforms, inputs) : [];
  if (previous && reasons.length === 0) return previous;
  if (refuse && previous) throw new TareError({ code: "STALE_LOCK", file: place.lockName, reasons });
  if (refuse)
    throw new TareError({
      code: "NO_FILE",
      file: place.lockName,
      todo: "--locked needs it; write it with `tare lock`",
    });
  if (offline)
    throw new TareError({ code: "OFFLINE_LOCK", file: place.lockName, stale: previous !== undefined });
  const lock = await io.engine.lockRecipe(recipe, world, {
    folder: place.folder,
    platforms: lockedPlatforms(platforms, recipe, previous),
    ...(previous && { previous }),
  });
  await writeLock(place.lockPath, lock);
  io.note(
    previous
      ? `${place.lockName} was written again: ${reasons.join("; ")}.`
      : `${place.lockName} was written.`,
  );
  return lock;
}

/**
 * What a new lock must cover: the recipe's platforms and those of this run. A recipe that names none is built by each
 * machine for itself, so those that another machine has put into the lock stay.
 */
export function lockedPlatforms(
  asked: readonly string[],
  recipe: Recipe,
  previous: Lock | undefined,
): readonly string[] {
  const others = recipe.platforms ?? previous?.platforms.map(({ platform }) => platform) ?? [];
  return [...new Set([...others, ...asked])].sort();
}
