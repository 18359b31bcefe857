import type { Recipe } from "../recipe/recipe.ts";
import { recipeDigest } from "../recipe/recipe-digest.ts";
import type { Lock } from "./lock.ts";

/**
 * Why a lock cannot serve a recipe with its inputs (`recipeInputs`) on these platforms, each a phrase; empty when it
 * can. Platforms that the lock has and nobody asks for do no harm.
 */
export function staleness(
  lock: Lock,
  recipe: Recipe,
  platforms: readonly string[],
  inputs: readonly string[],
): string[] {
  const reasons: string[] = [];
  if (lock.recipe !== recipeDigest(recipe, inputs))
    reasons.push(
      inputs.length === 0
        ? "the recipe's packages or platforms changed after it was written"
        : "the recipe's packages or platforms, or the files that decide them, changed after it was written",
    );
  const locked = new Set(lock.platforms.map(({ platform }) => platform));
  for (const platform of platforms)
    if (!locked.has(platform)) reasons.push(`it has no packages for ${platform}`);
  return reasons;
}
