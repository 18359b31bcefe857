import type { Recipe } from "../recipe/recipe.ts";
import { recipeDigest } from "../recipe/recipe-digest.ts";
import type { Lock, LockInput } from "./lock.ts";

/**
 * Why a lock cannot serve a recipe with its inputs (`recipeInputs`) on these platforms, each a phrase; empty when it
 * can. Platforms that the lock has and nobody asks for do no harm.
 */
export function staleness(
  lock: Lock,
  recipe: Recipe,
  platforms: readonly string[],
  inputs: readonly LockInput[],
): string[] {
  const reasons =
    lock.recipe === recipeDigest(recipe)
      ? changesOf(lock.inputs ?? [], inputs)
      : ["the recipe's packages or platforms changed after it was written"];
  const locked = new Set(lock.platforms.map(({ platform }) => platform));
  for (const platform of platforms)
    if (!locked.has(platform)) reasons.push(`it has no packages for ${platform}`);
  return reasons;
}

function changesOf(before: readonly LockInput[], now: readonly LockInput[]): string[] {
  const digests = ({ name }: LockInput) =>
    [before, now].map((some) => some.find((one) => one.name === name)?.digest);
  const names = new Map([...before, ...now].map((input) => [input.name, digests(input)]));
  return [...names]
    .filter(([, [then, today]]) => then !== today)
    .map(([name, [then, today]]) => {
      if (name === "files") return "what programs under files are linked to changed after it was written";
      if (then === undefined) return `${name} came after it was written`;
      return `${name} ${today === undefined ? "has gone since" : "changed after"} it was written`;
    });
}
