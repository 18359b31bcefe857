import { byText } from "../bytes/text.ts";

/** What a package weighs in the partition. */
export interface Weighed {
  /** Unique among the packages. */
  readonly id: string;
  /** Packages of one source change together, so they share a layer. */
  readonly source: string;
  /** Bytes before compression: another compressor, or another version of it, must not deal otherwise. */
  readonly size: number;
}

/** Sources lighter than this part of the whole do not get a layer of their own. */
const smallest = 0.03;

/**
 * Deals packages into at most `budget` groups: the heaviest sources alone, heaviest first, and all others together in
 * the last group. A new version of one package changes one group; a package more changes one group, as long as it is
 * not among the heaviest. Within a group the order of `packages` is kept.
 */
export function partition(packages: readonly Weighed[], budget: number): string[][] {
  const weights = new Map<string, number>();
  let total = 0;
  for (const { source, size } of packages) {
    weights.set(source, (weights.get(source) ?? 0) + size);
    total += size;
  }
  const heavy = [...weights]
    .filter(([, weight]) => weight >= total * smallest)
    .sort(([a, left], [b, right]) => right - left || byText(a, b))
    .slice(0, Math.max(0, budget - 1))
    .map(([source]) => source);
  const groups = new Map<string, string[]>(heavy.map((source) => [source, []]));
  const rest: string[] = [];
  for (const { id, source } of packages) (groups.get(source) ?? rest).push(id);
  return [...groups.values(), rest].filter((group) => group.length > 0);
}
