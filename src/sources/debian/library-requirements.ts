import { byText } from "../../bytes/text.ts";
import { solve } from "../../solver/solve.ts";
import type { Requirement } from "../../solver/universe.ts";
import type { Archive, Candidate } from "./candidates.ts";
import { priorities } from "./index/record.ts";
import { libraryPackageNames } from "./library-names.ts";
import { type DebianUniverse, excludedNote } from "./universe.ts";
import type { LibraryWant } from "./wants.ts";

/**
 * What libraries ask of the solver. Of several packages that have one, the one that is selected anyway comes first,
 * then those of higher priority, the one that bears the library's name, and last the one whose name sorts first.
 * @throws UNSATISFIABLE when the `others` cannot be had even without libraries
 */
export function libraryRequirements(
  others: readonly Requirement<Candidate>[],
  wants: readonly LibraryWant[],
  archive: Archive,
  exclude: ReadonlySet<string>,
  universe: DebianUniverse,
): ReadonlyMap<LibraryWant, Requirement<Candidate>> {
  const choice = wants.some(({ packages }) => packages.length > 1);
  const anyway = new Set(choice ? solve(others, universe).chosen.map(({ record }) => record.name) : []);
  return new Map(
    wants.map((want) => {
      const text = `${want.library} for ${want.file}`;
      const excluded = want.packages.filter((name) => exclude.has(name));
      const candidates = want.packages
        .filter((name) => !exclude.has(name))
        .flatMap((name) => archive.named(name))
        .filter(([best]) => best?.side === archive.native)
        .flat()
        .sort(preferring(want, anyway, archive));
      const requirement = { text, alternatives: candidates };
      return [want, excluded.length > 0 ? { ...requirement, note: excludedNote(excluded) } : requirement];
    }),
  );
}

function preferring({ library }: LibraryWant, anyway: ReadonlySet<string>, archive: Archive) {
  const names = [...libraryPackageNames(library)].reverse();
  const first = (a: boolean, b: boolean) => Number(b) - Number(a);
  return (a: Candidate, b: Candidate): number =>
    first(anyway.has(a.record.name), anyway.has(b.record.name)) ||
    first(archive.isFirst(a), archive.isFirst(b)) ||
    priorities.indexOf(a.record.priority) - priorities.indexOf(b.record.priority) ||
    names.indexOf(b.record.name) - names.indexOf(a.record.name) ||
    byText(a.record.name, b.record.name);
}
