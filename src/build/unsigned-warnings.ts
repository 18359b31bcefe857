import type { Lock } from "./lock/lock.ts";
import { isOfDistribution } from "./of-distribution.ts";

/**
 * A sentence about each repository of a distribution that was taken although nobody signed it. Where packages are signed
 * one by one, a repository without keys is one that nothing was taken from: that needs no word.
 */
export function unsignedWarnings({ repositories }: Pick<Lock, "repositories">): string[] {
  return repositories
    .filter(({ id, keys, signed }) => keys.length === 0 && signed === undefined && isOfDistribution(id))
    .map(({ id }) => `Nobody vouches for ${id}: the recipe allows it unsigned.`);
}
