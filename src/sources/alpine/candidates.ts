import {
  type ApkDependency,
  type ApkProvision,
  isWanted,
  parseApkDependencies,
  parseApkProvisions,
} from "../../formats/apk/dependency.ts";
import type { IndexRecord } from "../../formats/apk/index-record.ts";
import type { IndexedRepository, Keep } from "./wants.ts";

/** One package that can be chosen. One object per choice, so compare by identity. */
export interface Candidate {
  readonly record: IndexRecord;
  /** The repositories that have this very package, in the caller's order. */
  readonly repositories: readonly IndexedRepository[];
  /** Where the first of them stands. */
  readonly place: number;
  /** Whether the last lock has it. */
  readonly kept: boolean;
  readonly depends: readonly ApkDependency[];
  readonly provides: readonly ApkProvision[];
  readonly installIf: readonly ApkDependency[];
}

/** A candidate under one of the names that it goes by. */
export interface Offer {
  readonly candidate: Candidate;
  /** Undefined for a name that is provided without one. */
  readonly version: string | undefined;
}

/** Several indexes as one archive. */
export class Archive {
  readonly #offers = new Map<string, Offer[]>();
  readonly #candidates: Candidate[] = [];
  #waiting: Links | undefined;
  #needing: Links | undefined;

  /** @param exclude names of packages that are left out */
  constructor(
    repositories: readonly IndexedRepository[],
    architecture: string,
    exclude: ReadonlySet<string>,
    keep: readonly Keep[],
  ) {
    const kept = new Set(keep.map(({ name, version }) => `${name} ${version}`));
    const known = new Map<string, IndexedRepository[]>();
    for (const [place, repository] of repositories.entries())
      for (const record of repository.records) {
        const there = known.get(record.identity);
        if (there !== undefined) there.push(repository);
        else if (isUsable(record, architecture) && !exclude.has(record.name)) {
          const also = [repository];
          known.set(record.identity, also);
          this.#candidates.push(
            candidateOf(record, also, place, kept.has(`${record.name} ${record.version}`)),
          );
        }
      }
    for (const candidate of this.#candidates) {
      const { record, provides } = candidate;
      this.#offer(record.name, { candidate, version: record.version });
      for (const { name, version } of provides) this.#offer(name, { candidate, version });
    }
  }

  #offer(name: string, offer: Offer): void {
    const offers = this.#offers.get(name);
    if (offers === undefined) this.#offers.set(name, [offer]);
    else offers.push(offer);
  }

  /** In the order of repositories and of their files. */
  offers(name: string): readonly Offer[] {
    return this.#offers.get(name) ?? [];
  }

  /** All names of packages, and of what they provide. */
  names(): Iterable<string> {
    return this.#offers.keys();
  }

  /** Names under which something is offered that would be installed of itself once `name` is there. */
  waitingFor(name: string): ReadonlySet<string> {
    this.#waiting ??= new Links(this.#candidates, ({ installIf }) => installIf);
    return this.#waiting.namesOf(name);
  }

  /** Names under which something is offered that mentions `name` in its dependencies. */
  needing(name: string): ReadonlySet<string> {
    this.#needing ??= new Links(this.#candidates, ({ depends }) => depends);
    return this.#needing.namesOf(name);
  }
}

/** Who mentions which names; the names that those go by are looked up when they are asked for, as few are. */
class Links {
  readonly #mentions = new Map<string, Candidate[]>();
  readonly #names = new Map<string, ReadonlySet<string>>();

  constructor(candidates: readonly Candidate[], listOf: (candidate: Candidate) => readonly ApkDependency[]) {
    for (const candidate of candidates)
      for (const { name } of listOf(candidate)) {
        const there = this.#mentions.get(name);
        if (there === undefined) this.#mentions.set(name, [candidate]);
        else there.push(candidate);
      }
  }

  namesOf(name: string): ReadonlySet<string> {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const names = new Set<string>();
    for (const { record, provides } of this.#mentions.get(name) ?? []) {
      names.add(record.name);
      for (const each of provides) names.add(each.name);
    }
    this.#names.set(name, names);
    return names;
  }
}

/** Of the machine, or of any. */
function isUsable({ architecture, unknownField }: IndexRecord, wanted: string): boolean {
  return !unknownField && ["", "noarch", "all", wanted].includes(architecture);
}

/** Lists are read when they are first asked for: most packages of an index are never looked at. */
function candidateOf(
  record: IndexRecord,
  repositories: readonly IndexedRepository[],
  place: number,
  kept: boolean,
): Candidate {
  const where = `${record.name} ${record.version}`;
  let depends: readonly ApkDependency[] | undefined;
  let provides: readonly ApkProvision[] | undefined;
  let installIf: readonly ApkDependency[] | undefined;
  return {
    record,
    repositories,
    place,
    kept,
    get depends() {
      depends ??= parseApkDependencies(record.depends, where);
      return depends;
    },
    get provides() {
      provides ??= parseApkProvisions(record.provides, where);
      return provides;
    },
    get installIf() {
      installIf ??= parseApkDependencies(record.installIf, where);
      return installIf;
    },
  };
}

/** Whether an offer, or that there is none, is what a dependency asks for; a conflict asks for anything else. */
export function meets(dependency: ApkDependency, offer: Offer | undefined): boolean {
  if (offer === undefined) return dependency.conflict;
  const { candidate, version } = offer;
  return isWanted(dependency, { version, identity: candidate.record.identity }) !== dependency.conflict;
}

/** All names that a candidate goes by. */
export function namesOf({ record, provides }: Candidate): ReadonlySet<string> {
  return new Set([record.name, ...provides.map(({ name }) => name)]);
}

/** Looks up who of some candidates goes by a dependency. */
export function lookupIn(
  candidates: readonly Candidate[],
): (dependency: ApkDependency) => readonly Candidate[] {
  const byName = new Map<string, Candidate[]>();
  for (const candidate of candidates)
    for (const name of namesOf(candidate)) {
      const there = byName.get(name);
      if (there === undefined) byName.set(name, [candidate]);
      else there.push(candidate);
    }
  return (dependency) => (byName.get(dependency.name) ?? []).filter((each) => goesBy(each, dependency));
}

/** Whether a candidate is, or provides, what a dependency asks for. */
export function goesBy(candidate: Candidate, dependency: ApkDependency): boolean {
  const { name, version } = candidate.record;
  return [{ name, version }, ...candidate.provides].some(
    (each) =>
      each.name === dependency.name &&
      !dependency.conflict &&
      meets(dependency, { candidate, version: each.version }),
  );
}
