import type { LockedRepository } from "../model/package.ts";

/**
 * A sentence about each index that was made before the one that an earlier lock was made of. An old index is signed as
 * well as a new one: whoever stands between can hand it out to keep updates away, until it expires if it ever does.
 */
export function olderIndexes(
  earlier: readonly LockedRepository[],
  chosen: readonly LockedRepository[],
): string[] {
  const dates = new Map(earlier.map(({ id, date }) => [id, date]));
  return chosen.flatMap(({ id, date }) => {
    const before = dates.get(id);
    if (date === undefined || before === undefined || Date.parse(date) >= Date.parse(before)) return [];
    return [
      `The index of ${id} is of ${date}, older than that of ${before} which the lock was made of: its mirror is behind, a snapshot is, or somebody keeps newer packages from you.`,
    ];
  });
}
