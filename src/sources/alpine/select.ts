import { nearest } from "../../bytes/nearest.ts";
import { byText } from "../../bytes/text.ts";
import { TareError } from "../../errors.ts";
import { type ApkDependency, parseApkDependency } from "../../formats/apk/dependency.ts";
import { isIdentity } from "../../formats/apk/identity.ts";
import { isPackageName } from "../../formats/apk/package-name.ts";
import { isApkVersion } from "../../formats/apk/version.ts";
import { solve } from "../../solver/solve.ts";
import type { Requirement } from "../../solver/universe.ts";
import { Archive, type Candidate, goesBy, lookupIn } from "./candidates.ts";
import { libraryName } from "./library-name.ts";
import { withSetOff } from "./set-off.ts";
import { strays } from "./strays.ts";
import { AlpineUniverse, nobodyHasIt } from "./universe.ts";
import { walk } from "./walk.ts";
import type { IndexedRepository, Wants } from "./wants.ts";

/** Wants that cannot be had; more than these are only counted. */
const lineLimit = 12;

/** One package of the selection. */
export interface Chosen {
  readonly candidate: Candidate;
  /** Names of chosen packages that need it or set it off, and whoever asks for a library in it; empty when it was asked for by name. */
  readonly because: readonly string[];
  /** Its whole condition, where it is there for that alone: `Package.installIf`. */
  readonly installIf?: readonly string[];
}

/**
 * From what a recipe wants to exact packages, as `apk add` would choose them in an empty root; where apk gives up
 * though there is a way, that way.
 * @param repositories in the order of preference where everything else is equal
 * @returns sorted by name
 * @throws BAD_WANT, UNSATISFIABLE, NO_LIBRARY, BAD_RELATION; UNSOUND_PACKAGE when a chosen package cannot be fetched safely
 */
export function selectPackages(repositories: readonly IndexedRepository[], wants: Wants): Chosen[] {
  const exclude = new Set(wants.exclude);
  const archive = new Archive(repositories, wants.architecture, exclude, wants.keep ?? []);
  const asked = wants.include.map(parseWant);
  const known = new Set(repositories.map(({ tag }) => tag));
  const untold = asked.filter(({ tag }) => tag !== undefined && !known.has(tag));
  if (untold.length > 0) {
    const tags = new Set(untold.map(({ tag }) => tag));
    throw new TareError({
      code: "BAD_WANT",
      want: untold.map(({ text }) => text).join(", "),
      why: `no repository has the tag ${[...tags].join(" or ")}`,
    });
  }
  const libraries = librariesOf(archive, repositories, wants);
  const all = [...asked, ...libraries.keys()].sort((a, b) => byText(a.name, b.name));
  const chosen = walk(all, archive) ?? otherWay(all, archive, exclude);
  const named = new Set(asked.filter(({ conflict }) => !conflict).map(({ name }) => name));
  const list = [...chosen].sort((a, b) => byText(a.record.name, b.record.name));
  const because = reasons(list);
  return list.map((candidate) => {
    checkRecord(candidate);
    const forLibraries = [...libraries].flatMap(([want, neededBy]) =>
      goesBy(candidate, want) ? neededBy : [],
    );
    const { names: needing = [], setOff = false } = because.get(candidate) ?? {};
    const needed = [...needing, ...forLibraries];
    const isAsked =
      named.has(candidate.record.name) ||
      (needed.length === 0 && asked.some((want) => goesBy(candidate, want)));
    const isSetOff = setOff && !isAsked && forLibraries.length === 0;
    return {
      candidate,
      because: isAsked ? [] : [...new Set(needed)].sort(byText),
      ...(isSetOff && { installIf: candidate.installIf.map(({ text }) => text) }),
    };
  });
}

function parseWant(text: string): ApkDependency {
  try {
    return parseApkDependency(text, "include");
  } catch (error) {
    if (!(error instanceof TareError) || error.problem.code !== "BAD_RELATION") throw error;
    throw new TareError({ code: "BAD_WANT", want: text.slice(0, 80), why: error.problem.why });
  }
}

function librariesOf(
  archive: Archive,
  repositories: readonly IndexedRepository[],
  { libraries = [], architecture }: Wants,
): Map<ApkDependency, readonly string[]> {
  const missing = libraries.filter(({ library }) => archive.offers(libraryName(library)).length === 0);
  if (missing.length > 0) {
    const suites = [...new Set(repositories.map(({ repository }) => repository))];
    throw new TareError({ code: "NO_LIBRARY", missing, suites, architecture });
  }
  return new Map(
    libraries.map(({ library, neededBy }) => [
      { text: libraryName(library), name: libraryName(library), conflict: false },
      neededBy,
    ]),
  );
}

/**
 * A way in which something is in it only for its tag, though nothing with that tag led to it, is none: it is looked for
 * again without that.
 * @throws UNSATISFIABLE
 */
function otherWay(
  wants: readonly ApkDependency[],
  archive: Archive,
  exclude: ReadonlySet<string>,
): ReadonlySet<Candidate> {
  const barred = new Set<Candidate>();
  for (;;) {
    const universe = new AlpineUniverse(archive, wants, exclude, barred);
    const { chosen } = solve(requirementsOf(wants, universe, archive), universe);
    const all = withSetOff(chosen, archive, universe);
    const found = strays(all, wants);
    if (found.length === 0) return new Set(all);
    for (const stray of found) barred.add(stray);
  }
}

/** @throws UNSATISFIABLE with all that nothing offers */
function requirementsOf(
  wants: readonly ApkDependency[],
  universe: AlpineUniverse,
  archive: Archive,
): Requirement<Candidate>[] {
  const positive = wants.filter(({ conflict }) => !conflict);
  const all = positive.map((want) => ({ want, requirement: universe.requirement(want) }));
  const absent = all.filter(({ requirement }) => requirement.alternatives.length === 0);
  if (absent.length === 0) return all.map(({ requirement }) => requirement);
  const lines = absent.slice(0, lineLimit).map(({ want, requirement: { text, note } }) => {
    const meant = note === nobodyHasIt ? nearest(want.name, archive.names()) : undefined;
    return `${text}: ${note}${meant === undefined ? "" : `; did you mean ${meant}?`}`;
  });
  const more = absent.length - lines.length;
  throw new TareError({
    code: "UNSATISFIABLE",
    want: absent.map(({ want }) => want.text).join(" together with "),
    because: more > 0 ? [...lines, `and ${more} more`] : lines,
  });
}

/** Who of the chosen needs whom; of what nobody needs, who sets it off. */
function reasons(
  chosen: readonly Candidate[],
): Map<Candidate, { names: string[]; readonly setOff: boolean }> {
  const lookup = lookupIn(chosen);
  const found = new Map<Candidate, { names: string[]; readonly setOff: boolean }>();
  const add = (candidate: Candidate, by: Candidate, setOff: boolean) => {
    if (candidate === by) return;
    const known = found.get(candidate);
    if (known === undefined) found.set(candidate, { names: [by.record.name], setOff });
    else known.names.push(by.record.name);
  };
  for (const candidate of chosen)
    for (const dependency of candidate.depends)
      for (const each of lookup(dependency)) add(each, candidate, false);
  for (const candidate of chosen.filter((one) => !found.has(one)))
    for (const dependency of candidate.installIf)
      for (const each of lookup(dependency)) add(candidate, each, true);
  return found;
}

function checkRecord({ record, repositories }: Candidate): void {
  const why = !isPackageName(record.name)
    ? "its name is not one that a package may have"
    : !isApkVersion(record.version)
      ? "its version is none"
      : !isIdentity(record.identity)
        ? "the index does not say by which checksum it is known"
        : !Number.isSafeInteger(record.size)
          ? "the index does not say how large it is"
          : undefined;
  if (why !== undefined)
    throw new TareError({
      code: "UNSOUND_PACKAGE",
      package: `${record.name} ${record.version}`,
      repository: repositories[0]?.repository ?? "",
      why,
    });
}
