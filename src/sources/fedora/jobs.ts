import { TareError } from "../../errors.ts";
import { isRich, parseDependency } from "../../formats/rpm/dependency.ts";
import type { LibraryNeed } from "../../model/library.ts";
import { absenceOfNamed } from "./absence.ts";
import type { Archive, Candidate } from "./candidates.ts";
import type { Dependencies } from "./dependencies.ts";
import { obsoletedBy } from "./dependencies.ts";
import { type NameForm, nameForms } from "./name-forms.ts";
import { isPattern, matchesPattern } from "./pattern.ts";
import type { Job } from "./rules.ts";

const longest = 500;

/**
 * What one member of `include` asks for, as dnf reads it: the first that fits of `name-version-release.arch`,
 * `name.arch`, `name`, `name-version-release`, `name-version`, then what is provided, and files. A name also asks for
 * whatever obsoletes it; a pattern asks for every name that it matches.
 * @throws BAD_WANT
 */
export function jobsFor(text: string, archive: Archive, dependencies: Dependencies): Job[] {
  const bad = (why: string) => new TareError({ code: "BAD_WANT", want: text.slice(0, 80), why });
  if (text.length > longest || text === "") throw bad("write a package's name, or what it provides");
  if (text.startsWith("@")) throw bad("groups and modules are not known here; name their packages");
  for (const { name, isName, fits } of nameForms(text)) {
    const found = candidatesFor(name, fits, archive);
    if (found.length === 0) continue;
    return (isPattern(text) ? byName(found) : [found]).map((candidates) => ({
      text,
      candidates: isName ? withSuccessors(candidates, archive, dependencies) : candidates,
    }));
  }
  const provided = providing(text, archive, bad);
  if (provided.length > 0) return [{ text, candidates: provided }];
  return [{ text, candidates: [], note: absenceOfNamed(text, archive) }];
}

/** What a library asks for: what provides its soname, or an interpreter's file. */
export function libraryJob(need: LibraryNeed, archive: Archive, is64: boolean): Job {
  const { library, file, neededBy } = need;
  const soname = library.slice(library.lastIndexOf("/") + 1);
  const names = [
    `${soname}()${is64 ? "(64bit)" : ""}`,
    ...(is64 ? [] : [soname]),
    ...(library.startsWith("/") ? [library] : []),
  ];
  const own = [...new Set(names.flatMap((name) => archive.providers({ name })))].filter(
    ({ rank }) => rank <= 1,
  );
  return {
    text: `${library} for ${file}`,
    candidates: own.sort((a, b) => a.number - b.number),
    neededBy,
  };
}

function candidatesFor(name: string, fits: NameForm["fits"], archive: Archive): readonly Candidate[] {
  const known = isPattern(name) ? [...archive.all()] : archive.named(name);
  return known.filter(({ record }) => fits(record));
}

function byName(candidates: readonly Candidate[]): Candidate[][] {
  const found = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const { name } = candidate.record;
    const known = found.get(name);
    if (known === undefined) found.set(name, [candidate]);
    else known.push(candidate);
  }
  return [...found.values()];
}

/** With all that obsolete one of them: whoever takes over a name is as good as it. */
function withSuccessors(
  candidates: readonly Candidate[],
  archive: Archive,
  dependencies: Dependencies,
): readonly Candidate[] {
  const all = new Set(candidates);
  for (const name of new Set(candidates.map(({ record }) => record.name)))
    for (const by of archive.obsoleting(name))
      if (
        by.record.obsoletes.some((text) =>
          obsoletedBy(by, text, dependencies, archive).some((each) => candidates.includes(each)),
        )
      )
        all.add(by);
  return [...all].sort((a, b) => a.number - b.number);
}

function providing(text: string, archive: Archive, bad: (why: string) => TareError): readonly Candidate[] {
  if (text.startsWith("(")) throw bad("a rich dependency is not a package; name one, or what it provides");
  if (isPattern(text)) {
    // Names of extras have brackets: python3dist(requests[socks]).
    const exact = archive.providers({ name: text });
    if (exact.length > 0) return exact;
    const fits = (name: string) => matchesPattern(text, name);
    return [...archive.all()].filter(
      (candidate) =>
        candidate.record.files.some(fits) || [...archive.provided(candidate)].some(([name]) => fits(name)),
    );
  }
  const wanted = parseDependency(text, "A want");
  return isRich(wanted) ? [] : archive.providers(wanted);
}
