import { unmatchedNotes } from "../unmatched-words.ts";
import type { RpmIndex } from "./index/record.ts";
import { packagesNamed } from "./named-packages.ts";
import type { RepositoryPlan } from "./plan.ts";

type Excluding = Pick<RepositoryPlan, "name" | "excludes" | "includes"> & { readonly index: RpmIndex };

/** A word that means no package, and who says it: the item, or a repository of its own packages. */
export interface Unmatched {
  readonly word: string;
  readonly by: '"exclude"' | "its exclude" | "its includepkgs";
  readonly of?: string;
}

/**
 * Words of excludes, and of includepkgs, that mean no package of one machine's repositories.
 * @param exclude of the item
 */
export function unmatchedWords(exclude: readonly string[], repositories: readonly Excluding[]): Unmatched[] {
  const indexes = repositories.map(({ index }) => index);
  const ofItem = exclude
    .filter((word) => packagesNamed(word, indexes) === undefined)
    .map((word) => ({ word, by: '"exclude"' }) as const);
  const ofRepositories = repositories.flatMap(({ name: of, excludes, includes, index }) => {
    const without = (words: readonly string[], by: Unmatched["by"]) =>
      words.filter((word) => !isIn(index, packagesNamed(word, indexes))).map((word) => ({ word, by, of }));
    return [...without(excludes, "its exclude"), ...without(includes, "its includepkgs")];
  });
  return [...ofItem, ...ofRepositories];
}

/** Sentences on the words that mean no package for any machine: what means one for this need not mean any for the next. */
export function excludedNotes([first = [], ...others]: readonly (readonly Unmatched[])[]): string[] {
  const isSame = (one: Unmatched, other: Unmatched) =>
    one.word === other.word && one.by === other.by && one.of === other.of;
  const all = first.filter((one) => others.every((other) => other.some((each) => isSame(one, each))));
  const groups = Map.groupBy(all, ({ by, of }) => `${by} ${of}`);
  return [...groups.values()].flatMap((group) => {
    const [{ by, of }] = group as [Unmatched];
    return unmatchedNotes(
      group.map(({ word }) => word),
      by,
      of,
    );
  });
}

function isIn(index: RpmIndex, fits: ReturnType<typeof packagesNamed>): boolean {
  if (fits !== undefined) for (const record of index.records()) if (fits(record)) return true;
  return false;
}
