import { byText } from "../bytes/text.ts";
import type { Package } from "../model/package.ts";

/** What needs others comes after them, as the lock's reasons tell; circles are cut in the order of names. */
export function installOrderOf(packages: readonly Package[]): Package[] {
  const sorted = [...packages].sort(
    (a, b) => byText(a.name, b.name) || byText(a.architecture, b.architecture),
  );
  const needs = new Map<string, Package[]>();
  for (const one of sorted)
    for (const name of one.because) needs.set(name, [...(needs.get(name) ?? []), one]);
  const ordered = new Set<Package>();
  const entered = new Set<Package>();
  const visit = (one: Package): void => {
    // Long chains of needs must not fill the stack: enter, then leave, on a list of our own.
    const todo: { readonly one: Package; readonly leave: boolean }[] = [{ one, leave: false }];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      if (next.leave) ordered.add(next.one);
      else if (!entered.has(next.one)) {
        entered.add(next.one);
        todo.push({ one: next.one, leave: true });
        for (const need of (needs.get(next.one.name) ?? []).toReversed())
          todo.push({ one: need, leave: false });
      }
    }
  };
  for (const one of sorted) visit(one);
  return [...ordered];
}
