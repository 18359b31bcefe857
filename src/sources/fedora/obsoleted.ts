/**
 * Leaves out what others of the list replace, directly or by way of each other; those that replace each other in a
 * circle stay, unless somebody outside the circle replaces them.
 */
export function pruneObsoleted<Item>(
  items: readonly Item[],
  obsoletes: (by: Item, other: Item) => boolean,
): readonly Item[] {
  if (items.length < 2) return items;
  const reached = new Map(items.map((item) => [item, reachedFrom(item, items, obsoletes)]));
  return items.filter(
    (item) => !items.some((by) => reached.get(by)?.has(item) && !reached.get(item)?.has(by)),
  );
}

function reachedFrom<Item>(
  start: Item,
  items: readonly Item[],
  obsoletes: (by: Item, other: Item) => boolean,
): ReadonlySet<Item> {
  const found = new Set<Item>();
  const visit = [start];
  for (let by = visit.pop(); by !== undefined; by = visit.pop())
    for (const other of items)
      if (other !== by && !found.has(other) && obsoletes(by, other)) {
        found.add(other);
        visit.push(other);
      }
  return found;
}
