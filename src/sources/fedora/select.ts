import type { Digest } from "../../bytes/digest.ts";
import { byText } from "../../bytes/text.ts";
import { TareError } from "../../errors.ts";
import type { LibraryNeed } from "../../model/library.ts";
import { thinOutRules } from "../../solver/explain-rules.ts";
import { searchInRuleOrder } from "../../solver/in-rule-order.ts";
import { is64Bit } from "./architectures.ts";
import { Archive, type Candidate, evrOf, nameOf } from "./candidates.ts";
import { checkRecord } from "./check-record.ts";
import { Dependencies } from "./dependencies.ts";
import { explainRules } from "./explain.ts";
import { jobsFor, libraryJob } from "./jobs.ts";
import { FedoraPreferences } from "./preferences.ts";
import { type FedoraRules, type Job, rulesFor } from "./rules.ts";
import type { IndexedRepository, SelectedPackage, Selection, Wants } from "./wants.ts";

/**
 * From what a recipe wants to exact packages, as `dnf --installroot install` would choose them for an empty root.
 * @param repositories in the order in which dnf knows them: of equal priorities, the earlier decides where nothing else does
 * @throws UNSATISFIABLE with the chain of reasons; NO_LIBRARY; BAD_WANT; UNSOUND_PACKAGE when a selected package has no
 *   SHA256 or a name, version or place that cannot be trusted; BAD_RELATION when one that was considered cannot be read
 */
export function selectPackages(repositories: readonly IndexedRepository[], wants: Wants): Selection {
  const inOrder = repositories.toSorted((a, b) => a.priority - b.priority);
  const archive = new Archive(inOrder, wants.architecture, wants.exclude);
  const dependencies = new Dependencies(archive);
  const named = wants.include.flatMap((text) => jobsFor(text, archive, dependencies));
  const libraries = libraryJobs(wants.libraries ?? [], archive, repositories);
  const jobs = [...named, ...libraries];
  const empty = jobs.filter(({ candidates }) => candidates.length === 0);
  if (empty.length > 0)
    throw unsatisfiable(
      explainRules(
        empty.map((job) => ({ kind: "job", job })),
        archive,
      ),
    );
  const rules = rulesFor(jobs, archive, wants.recommends);
  const kept = new Set((wants.keep ?? []).map((keep) => `${keep.name} ${keep.version} ${keep.architecture}`));
  const preferences = new FedoraPreferences(rules, archive, {
    recommends: wants.recommends,
    isKept: (each) => kept.has(`${each.record.name} ${evrOf(each)} ${each.record.architecture}`),
  });
  const found = searchInRuleOrder(rules, preferences);
  if ("chosen" in found) {
    const chosen = found.chosen.map((number) => rules.candidates[number] as Candidate);
    return selectionOf(chosen, jobs, new Set(named), archive);
  }
  if (found.contradiction === undefined)
    throw unsatisfiable({
      want: wants.include.join(" together with "),
      because: ["the search met too many contradictions and was given up"],
    });
  throw unsatisfiable(explanationOf(new Set(found.contradiction), rules, archive));
}

function explanationOf(said: ReadonlySet<unknown>, rules: FedoraRules, archive: Archive) {
  const involved = [...rules.wants, ...rules.rules].filter((rule) => said.has(rule.said));
  return explainRules(
    thinOutRules(involved).map((rule) => rule.said),
    archive,
  );
}

function unsatisfiable(explanation: { want: string; because: readonly string[] }): TareError {
  return new TareError({ code: "UNSATISFIABLE", ...explanation });
}

/** @throws NO_LIBRARY with all that nobody has */
function libraryJobs(
  needs: readonly LibraryNeed[],
  archive: Archive,
  repositories: readonly IndexedRepository[],
): Job[] {
  const { architecture } = archive;
  const jobs = needs.map((need) => ({ need, job: libraryJob(need, archive, is64Bit(architecture)) }));
  const missing = jobs.filter(({ job }) => job.candidates.length === 0).map(({ need }) => need);
  if (missing.length > 0) {
    const suites = [...new Set(repositories.map(({ repository }) => repository))];
    throw new TareError({ code: "NO_LIBRARY", missing, suites, architecture });
  }
  return jobs.map(({ job }) => job);
}

function selectionOf(
  chosen: readonly Candidate[],
  jobs: readonly Job[],
  named: ReadonlySet<Job>,
  archive: Archive,
): Selection {
  const because = reasons(chosen, jobs, named, archive);
  const packages = chosen.map((each) => packageOf(each, because.get(each) ?? []));
  return {
    packages: packages.sort(
      (a, b) =>
        byText(a.name, b.name) || byText(a.architecture, b.architecture) || byText(a.version, b.version),
    ),
    unlistedFiles: archive.unlistedFiles,
  };
}

/** For every chosen candidate that nobody asked for by name, the names of those that need or recommend it. */
function reasons(
  chosen: readonly Candidate[],
  jobs: readonly Job[],
  named: ReadonlySet<Job>,
  archive: Archive,
): ReadonlyMap<Candidate, readonly string[]> {
  const dependencies = new Dependencies(archive);
  const found = new Map(chosen.map((each) => [each, new Set<string>()]));
  for (const by of chosen) {
    const { name, requires, recommends } = by.record;
    for (const text of [...requires, ...recommends])
      for (const each of dependencies.offered(dependencies.parse(text, by)))
        if (each !== by) found.get(each)?.add(name);
  }
  for (const job of jobs)
    for (const candidate of job.candidates)
      for (const who of job.neededBy ?? []) found.get(candidate)?.add(who);
  const wanted = new Set([...named].flatMap(({ candidates }) => candidates));
  return new Map([...found].map(([each, names]) => [each, wanted.has(each) ? [] : [...names].sort(byText)]));
}

function packageOf(candidate: Candidate, because: readonly string[]): SelectedPackage {
  const { record, from } = candidate;
  const why = checkRecord(record);
  if (why !== undefined)
    throw new TareError({
      code: "UNSOUND_PACKAGE",
      package: nameOf(candidate),
      repository: from.repository,
      why,
    });
  const digest: Digest = `sha256:${record.checksum as string}`;
  return {
    name: record.name,
    version: evrOf(candidate),
    architecture: record.architecture,
    digest,
    size: record.size,
    location: record.location,
    repository: from.repository,
    source: sourceOf(record.sourceRpm) ?? record.name,
    because,
    record,
  };
}

/** The name in `httpd-2.4.62-1.fc41.src.rpm`. */
function sourceOf(file: string): string | undefined {
  return /^([A-Za-z0-9_][A-Za-z0-9_.+-]{0,254})-[^-]+-[^-]+\.(?:no)?src\.rpm$/.exec(file)?.[1];
}
