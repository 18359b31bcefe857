import type { Digest } from "../../bytes/digest.ts";
import { nearest } from "../../bytes/nearest.ts";
import { byText } from "../../bytes/text.ts";
import { TareError } from "../../errors.ts";
import { type Solution, solve } from "../../solver/solve.ts";
import type { Requirement } from "../../solver/universe.ts";
import { Archive, type Candidate } from "./candidates.ts";
import { checkRecord } from "./check-record.ts";
import { libraryRequirements } from "./library-requirements.ts";
import { absent, DebianUniverse } from "./universe.ts";
import { variantNames } from "./variant.ts";
import { parseWant, versionMatches, type Want } from "./want.ts";
import type { IndexedRepository, LibraryWant, SelectedPackage, Selection, Wants } from "./wants.ts";

/**
 * From what a recipe wants to exact packages, as apt would choose them in an empty root.
 * @param repositories in the order of preference where pin and version are equal
 * @throws UNSATISFIABLE with the chain of reasons; BAD_WANT; UNSOUND_PACKAGE when a selected package has no SHA256 or
 *   a name, version or place that cannot be trusted; BAD_RELATION when one that was considered cannot be read
 */
export function selectPackages(repositories: readonly IndexedRepository[], wants: Wants): Selection {
  const asked = wants.include.map((text) => parseWant(text));
  const foreign = asked.flatMap((want) => want.architecture ?? []).sort(byText);
  const archive = new Archive(repositories, wants.architecture, foreign);
  const exclude = new Set(wants.exclude);
  const universe = new DebianUniverse(archive, {
    recommends: wants.recommends,
    exclude,
    prefer: new Set(wants.prefer),
  });
  for (const { name, architecture, version } of wants.keep ?? [])
    keepVersion(name, architecture, version, archive);
  for (const want of asked) fix(want, archive);
  const base = variantNames(repositories, archive, wants.variant)
    .filter((name) => !exclude.has(name))
    .map((name) => universe.requirement([{ name }], archive.native));
  const byName = asked.map((want) =>
    exclude.has(want.name)
      ? { text: want.text, alternatives: [], note: `${want.name} is excluded` }
      : requirementOf(want, archive, universe),
  );
  const asking = libraryRequirements([...base, ...byName], wants.libraries ?? [], archive, exclude, universe);
  const solution = solve([...base, ...byName, ...asking.values()], universe);
  const named = new Set(byName.flatMap((requirement) => requirement.alternatives));
  return selectionOf(solution, named, asking);
}

function keepVersion(name: string, architecture: string, version: string, archive: Archive): void {
  const versions = archive.named(name).flat();
  const kept = versions.find(
    ({ record }) => record.version === version && record.architecture === architecture,
  );
  if (kept !== undefined) archive.prefer(kept);
}

/** A version that was asked for is also the one that others get. */
function fix(want: Want, archive: Archive): void {
  if (want.version === undefined && want.suite === undefined) return;
  const [best] = versionsOf(want, archive);
  if (best !== undefined) archive.prefer(best);
}

function versionsOf(want: Want, archive: Archive): Candidate[] {
  const side = want.architecture ?? archive.native;
  const versions = archive.named(want.name).find((each) => each[0]?.side === side) ?? [];
  return versions.filter(
    ({ record, from }) =>
      (want.version === undefined || versionMatches(want.version, record.version)) &&
      (want.suite === undefined || from.suites.includes(want.suite)),
  );
}

function requirementOf(want: Want, archive: Archive, universe: DebianUniverse): Requirement<Candidate> {
  if (want.version !== undefined || want.suite !== undefined)
    return fixedRequirement(want, archive, universe);
  const side = want.architecture ?? archive.native;
  const relation =
    want.architecture === undefined ? { name: want.name } : { name: want.name, qualifier: side };
  const requirement = universe.requirement([relation], side);
  const real = requirement.alternatives.filter(({ record }) => record.name === want.name);
  const [first, ...others] = new Set(requirement.alternatives.map(({ record }) => record.name));
  const text = want.text;
  if (requirement.note === absent) return { text, alternatives: [], note: absentNote(want.name, archive) };
  if (real.length > 0 || requirement.note !== undefined) {
    const alternatives = real.filter((each) => archive.isFirst(each));
    return requirement.note === undefined
      ? { text, alternatives }
      : { text, alternatives, note: requirement.note };
  }
  if (first !== undefined && others.length === 0) return { ...requirement, text };
  const names = [first, ...others].join(", ");
  return { text, alternatives: [], note: `several packages provide it; name one of ${names}` };
}

function fixedRequirement(want: Want, archive: Archive, universe: DebianUniverse): Requirement<Candidate> {
  const alternatives = versionsOf(want, archive);
  if (alternatives.length > 0) return { text: want.text, alternatives };
  const all = archive.named(want.name).flat();
  const note =
    all.length === 0
      ? absentNote(want.name, archive)
      : `there is only ${all.map((each) => `${universe.name(each)} in ${each.from.repository}`).join(", ")}`;
  return { text: want.text, alternatives, note };
}

function absentNote(name: string, archive: Archive): string {
  const meant = nearest(name, archive.names());
  return meant === undefined ? absent : `${absent}; did you mean ${meant}?`;
}

function selectionOf(
  solution: Solution<Candidate>,
  named: ReadonlySet<Candidate>,
  asking: ReadonlyMap<LibraryWant, Requirement<Candidate>>,
): Selection {
  const packages = new Map<Candidate, SelectedPackage>();
  for (const candidate of solution.chosen) {
    const needed = (solution.neededBy.get(candidate) ?? []).map(({ record }) => record.name);
    const asked = [...asking].flatMap(([{ neededBy }, { alternatives }]) =>
      alternatives.includes(candidate) ? neededBy : [],
    );
    const because = named.has(candidate) ? [] : [...new Set([...needed, ...asked])].sort(byText);
    packages.set(candidate, packageOf(candidate, because));
  }
  return {
    packages: [...packages.values()].sort(
      (a, b) => byText(a.name, b.name) || byText(a.architecture, b.architecture),
    ),
  };
}

function packageOf({ record, from }: Candidate, because: readonly string[]): SelectedPackage {
  const why = checkRecord(record);
  if (why !== undefined)
    throw new TareError({
      code: "UNSOUND_PACKAGE",
      package: `${record.name} ${record.version}`,
      repository: from.repository,
      why,
    });
  const digest: Digest = `sha256:${record.sha256}`;
  return {
    name: record.name,
    version: record.version,
    architecture: record.architecture,
    digest,
    size: record.size,
    location: record.filename,
    repository: from.repository,
    source: record.source,
    because,
    record,
  };
}
