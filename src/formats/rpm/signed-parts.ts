import type { Dependency, RichDependency, RichOperator } from "./dependency.ts";

/** A part of a rich dependency, and whether the whole asks for it or for its absence. */
export interface SignedPart {
  readonly part: Dependency;
  readonly positive: boolean;
}

const conditions: readonly RichOperator[] = ["if", "unless"];

/**
 * The parts of a dependency, in the order of its words. The condition of an `if` or `unless` counts the other way round,
 * and with an `else` both ways. Each part is there once for each way: conditions within conditions would double with
 * each step.
 * @param isOpened whether a dependency is taken apart, and not a part itself
 * @param negating operators whose right side counts the other way round
 */
export function signedParts(
  dependency: Dependency,
  positive: boolean,
  isOpened: (one: Dependency) => one is RichDependency,
  negating: readonly RichOperator[] = conditions,
): SignedPart[] {
  const found: SignedPart[] = [];
  const walked = { true: new Set<Dependency>(), false: new Set<Dependency>() };
  const walk = (one: Dependency, positive: boolean): void => {
    const known = walked[`${positive}`];
    if (known.has(one)) return;
    known.add(one);
    if (!isOpened(one)) {
      found.push({ part: one, positive });
      return;
    }
    const { operator, left, right, otherwise } = one;
    walk(left, positive);
    walk(right, positive !== negating.includes(operator));
    if (otherwise === undefined) return;
    walk(right, positive);
    walk(otherwise, positive);
  };
  walk(dependency, positive);
  return found;
}
