import { compareVersions } from "../../formats/deb/version.ts";
import type { PackageRecord } from "./index/record.ts";
import type { IndexedRepository } from "./wants.ts";

/** One version of one package in one repository: what the solver chooses. One object per choice, so compare by identity. */
export interface Candidate {
  readonly record: PackageRecord;
  readonly from: IndexedRepository;
  /** Where its repository stands in the caller's list, and where it stands there: ties are broken by it. */
  readonly place: number;
  readonly number: number;
  /** The architecture whose needs it meets: its own, or the native one when it is for all. */
  readonly side: string;
}

/** Versions of one name for one architecture; the first is the one that apt would call the candidate. */
export type Versions = readonly Candidate[];

/**
 * Several indexes as one archive. Of one name and architecture, the highest pin comes first, then the highest version;
 * the same version of two repositories counts once, from the one that the caller named first.
 */
export class Archive {
  readonly native: string;
  readonly #repositories: readonly IndexedRepository[];
  /** The native architecture first. */
  readonly #sides: readonly string[];
  readonly #byName = new Map<string, readonly Versions[]>();
  readonly #byProvided = new Map<string, readonly Candidate[]>();
  readonly #mentions = new Map<string, number>();
  /** Versions that a want asked for, to come before all others. */
  readonly #preferred = new Set<Candidate>();

  constructor(repositories: readonly IndexedRepository[], native: string, foreign: readonly string[]) {
    this.native = native;
    this.#repositories = repositories;
    this.#sides = [...new Set([native, ...foreign])];
  }

  /** The names of all that can be chosen, some more than once: slow, for those who look for what was meant. */
  *names(): Generator<string> {
    for (const { index, pin } of this.#repositories)
      for (let number = 0; pin >= 0 && number < index.size; number += 1) {
        const { name, architecture } = index.record(number);
        if (architecture === "all" || this.#sides.includes(architecture)) yield name;
      }
  }

  /** Per architecture, native first; architectures without the name are left out. */
  named(name: string): readonly Versions[] {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const found: Candidate[] = [];
    for (const [place, from] of this.#repositories.entries())
      for (const number of from.index.named(name)) {
        const record = from.index.record(number);
        const side = record.architecture === "all" ? this.native : record.architecture;
        if (from.pin >= 0 && this.#sides.includes(side)) found.push({ record, from, place, number, side });
      }
    const versions = this.#sides.map((side) =>
      unique(found.filter((each) => each.side === side).sort(bestFirst)),
    );
    const filled = versions.filter((each) => each.length > 0);
    this.#byName.set(name, filled);
    return filled;
  }

  /** All versions of all packages that provide the name, in the order of repositories and of their files. */
  providing(name: string): readonly Candidate[] {
    const known = this.#byProvided.get(name);
    if (known !== undefined) return known;
    const found: Candidate[] = [];
    for (const [place, { index }] of this.#repositories.entries())
      for (const number of index.providersOf(name)) {
        const candidate = this.#at(index.record(number), place, number);
        if (candidate !== undefined) found.push(candidate);
      }
    this.#byProvided.set(name, found);
    return found;
  }

  #at(record: PackageRecord, place: number, number: number): Candidate | undefined {
    for (const versions of this.named(record.name))
      for (const each of versions) if (each.place === place && each.number === number) return each;
    return undefined;
  }

  /** Where a name stands in the order in which the repositories first mention it, one after another. */
  mention(name: string): number {
    const known = this.#mentions.get(name);
    if (known !== undefined) return known;
    let order = Number.MAX_SAFE_INTEGER;
    for (const [place, { index }] of this.#repositories.entries()) {
      const mention = index.mention(name);
      if (mention === undefined) continue;
      order = place * 2 ** 32 + mention;
      break;
    }
    this.#mentions.set(name, order);
    return order;
  }

  /** All versions with that name and architecture. */
  siblings(candidate: Candidate): Versions {
    return this.named(candidate.record.name).find((versions) => versions[0]?.side === candidate.side) ?? [];
  }

  /** Makes this version the one that is tried first whenever its package is needed. */
  prefer(candidate: Candidate): void {
    this.#preferred.add(candidate);
  }

  /** Whether it is the version that apt would install unless told otherwise. */
  isFirst(candidate: Candidate): boolean {
    const versions = this.siblings(candidate);
    return candidate === (versions.find((each) => this.#preferred.has(each)) ?? versions[0]);
  }
}

function bestFirst(a: Candidate, b: Candidate): number {
  return (
    b.from.pin - a.from.pin ||
    compareVersions(b.record.version, a.record.version) ||
    a.place - b.place ||
    a.number - b.number
  );
}

function unique(sorted: readonly Candidate[]): Versions {
  const seen = new Set<string>();
  return sorted.filter(({ record }) => !seen.has(record.version) && seen.add(record.version));
}
