import { circlesOf } from "../circles.ts";

/**
 * Leaves out what others of the list replace; those that replace each other in a circle stay, unless somebody outside
 * the circle replaces one of them.
 * @param obsoletedBy what somebody replaces, of the list or not
 */
export function pruneObsoleted<Item>(
  items: readonly Item[],
  obsoletedBy: (by: Item) => readonly Item[],
): readonly Item[] {
  if (items.length < 2) return items;
  const listed = new Set(items);
  const next = new Map(items.map((by) => [by, obsoletedBy(by).filter((other) => listed.has(other))]));
  const circles = new Map(
    circlesOf(items, next).flatMap((circle) => circle.map((item) => [item, circle] as const)),
  );
  const replaced = new Set<readonly Item[] | undefined>();
  for (const [by, others] of next)
    for (const other of others) if (circles.get(other) !== circles.get(by)) replaced.add(circles.get(other));
  return items.filter((item) => !replaced.has(circles.get(item)));
}
