import { circlesOf } from "./circles.ts";

/**
 * Items in an order in which each comes after those that it needs. Members of a circle are ordered by what they need
 * first alone; what is left open, by `compare`.
 * @param needs of an item, those of `items` and others; `first` are some of `all`
 */
export function neededOrder<Item>(
  items: readonly Item[],
  compare: (a: Item, b: Item) => number,
  needs: (item: Item, which: "all" | "first") => readonly Item[],
): Item[] {
  const edges = (among: readonly Item[], which: "all" | "first") => {
    const members = new Set(among);
    const of = (one: Item) => needs(one, which).filter((each) => each !== one && members.has(each));
    return new Map(among.map((one) => [one, [...new Set(of(one))].sort(compare)]));
  };
  const sorted = [...items].sort(compare);
  return circlesOf(sorted, edges(sorted, "all")).flatMap((circle) => {
    if (circle.length === 1) return circle;
    const inside = circle.sort(compare);
    return circlesOf(inside, edges(inside, "first")).flatMap((inner) => inner.sort(compare));
  });
}
