import { nearest } from "../../bytes/nearest.ts";
import { byText } from "../../bytes/text.ts";
import { TareError } from "../../errors.ts";
import { isRich, parseDependency } from "../../formats/rpm/dependency.ts";
import type { LibraryNeed } from "../../model/library.ts";
import type { Archive, Candidate } from "./candidates.ts";
import type { Dependencies } from "./dependencies.ts";
import { obsoletedBy } from "./dependencies.ts";
import { absenceOf, nothingOffers } from "./explain.ts";
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
  for (const { fits, withObsoletes } of formsOf(text)) {
    const found = candidatesFor(text, fits, archive);
    if (found.length === 0) continue;
    return (isPattern(text) ? byName(found) : [found]).map((candidates) => ({
      text,
      candidates: withObsoletes ? withSuccessors(candidates, archive, dependencies) : candidates,
    }));
  }
  const provided = providing(text, archive, bad);
  if (provided.length > 0) return [{ text, candidates: provided }];
  return [{ text, candidates: [], note: absentNote(text, archive) }];
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

interface NameForm {
  readonly fits: (candidate: Candidate) => boolean;
  readonly withObsoletes: boolean;
  readonly name: string;
}

/** The readings of a text, in dnf's order. */
function* formsOf(text: string): Generator<NameForm> {
  const evr = "(?:([0-9]+):)?([^-:(/=<> ]+)";
  const full = new RegExp(`^([^:(/=<> ]+)-${evr}-([^-:(/=<> ]+)\\.([^-:.(/=<> ]+)$`).exec(text);
  if (full) yield formOf(full[1] as string, full[2], full[3], full[4], full[5]);
  const withArchitecture = /^([^:(/=<> ]+)\.([^-:.(/=<> ]+)$/.exec(text);
  if (withArchitecture)
    yield formOf(withArchitecture[1] as string, undefined, undefined, undefined, withArchitecture[2]);
  if (/^[^:(/=<> ]+$/.test(text)) yield { ...formOf(text), withObsoletes: true };
  const release = new RegExp(`^([^:(/=<> ]+)-${evr}-([^-:(/=<> ]+)$`).exec(text);
  if (release) yield formOf(release[1] as string, release[2], release[3], release[4]);
  const version = new RegExp(`^([^:(/=<> ]+)-${evr}$`).exec(text);
  if (version) yield formOf(version[1] as string, version[2], version[3]);
}

function formOf(
  name: string,
  epoch?: string,
  version?: string,
  release?: string,
  architecture?: string,
): NameForm {
  const matches = (pattern: string | undefined, value: string) =>
    pattern === undefined || matchesPattern(pattern, value);
  return {
    name,
    withObsoletes: false,
    fits: ({ record }) =>
      matches(name, record.name) &&
      (epoch === undefined || Number(epoch) === Number(record.epoch)) &&
      matches(version, record.version) &&
      matches(release, record.release) &&
      matches(architecture, record.architecture),
  };
}

function candidatesFor(text: string, fits: (candidate: Candidate) => boolean, archive: Archive): Candidate[] {
  if (isPattern(text)) return [...archive.all()].filter(fits);
  const found = new Set<Candidate>();
  for (const { name } of formsOf(text))
    for (const candidate of archive.named(name)) if (fits(candidate)) found.add(candidate);
  return [...found].sort((a, b) => a.number - b.number);
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
    const fits = (name: string) => matchesPattern(text, name);
    return [...archive.all()].filter(
      (candidate) =>
        candidate.record.files.some(fits) || [...archive.provided(candidate)].some(([name]) => fits(name)),
    );
  }
  const wanted = parseDependency(text, "A want");
  return isRich(wanted) ? [] : archive.providers(wanted);
}

function absentNote(text: string, archive: Archive): string {
  const note = absenceOf(text, archive) ?? nothingOffers;
  if (note !== nothingOffers) return note;
  const names = new Set(Array.from(archive.all(), ({ record }) => record.name));
  const meant = nearest(text, [...names].sort(byText));
  return meant === undefined ? note : `${note}; did you mean ${meant}?`;
}
