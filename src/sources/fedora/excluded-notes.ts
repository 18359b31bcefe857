import { unmatchedWords } from "../unmatched-words.ts";
import type { RpmIndex } from "./index/record.ts";
import { packagesNamed } from "./named-packages.ts";
import type { RepositoryPlan } from "./plan.ts";

type Excluding = Pick<RepositoryPlan, "name" | "excludes" | "includes"> & { readonly index: RpmIndex };

/**
 * A sentence for each word of an exclude, or of includepkgs, that means no package.
 * @param exclude of the item
 */
export function excludedNotes(exclude: readonly string[], repositories: readonly Excluding[]): string[] {
  const indexes = repositories.map(({ index }) => index);
  return [
    ...unmatchedWords(exclude, (word) => packagesNamed(word, indexes) !== undefined),
    ...repositories.flatMap(({ name, excludes, includes, index }) =>
      [
        ...excludes.map((word) => [word, "is to be left out"] as const),
        ...includes.map((word) => [word, "is among all that may come from it"] as const),
      ]
        .filter(([word]) => !isIn(index, packagesNamed(word, indexes)))
        .map(([word, why]) => `No package of ${name} matches "${word}", which ${why}.`),
    ),
  ];
}

function isIn(index: RpmIndex, fits: ReturnType<typeof packagesNamed>): boolean {
  if (fits !== undefined) for (const record of index.records()) if (fits(record)) return true;
  return false;
}
