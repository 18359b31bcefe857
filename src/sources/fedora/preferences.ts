import { type Dependency, parseDependency } from "../../formats/rpm/dependency.ts";
import { clausesOf, isComplex, isMet, type Presence, simpleProviders } from "../../formats/rpm/rich.ts";
import { compareEvr, comparePart, parseEvr, type VersionRange } from "../../formats/rpm/version.ts";
import type { Preferences, Standing } from "../../solver/rules.ts";
import type { Archive, Candidate } from "./candidates.ts";
import { Dependencies, obsoletedBy } from "./dependencies.ts";
import { pruneObsoleted } from "./obsoleted.ts";
import type { FedoraRules } from "./rules.ts";

export interface PreferenceOptions {
  /** Whether what is recommended, or supplements what is there, is taken where it can be. */
  readonly recommends: boolean;
  /** Whether a candidate is the very one of the last lock. */
  readonly isKept: (candidate: Candidate) => boolean;
}

/**
 * Which of several packages dnf takes: of the repositories with the best priority, those for the best architecture, of
 * each name the newest, none that another of them obsoletes, and if some are recommended by what is there already, these.
 * Of what is left comes first what is not outdated in its repository, what provides newer versions of what they have in
 * common, what is suggested, and last the one whose name sorts first. (libsolv, policy.c.)
 */
export class FedoraPreferences implements Preferences {
  readonly #rules: FedoraRules;
  readonly #archive: Archive;
  readonly #options: PreferenceOptions;
  readonly #dependencies: Dependencies;
  readonly #named = new Map<string, ReadonlySet<number>>();

  constructor(rules: FedoraRules, archive: Archive, options: PreferenceOptions) {
    this.#rules = rules;
    this.#archive = archive;
    this.#options = options;
    this.#dependencies = new Dependencies(archive);
  }

  best(alternatives: readonly number[], standing: Standing): number[] {
    const pruned = this.#prune(alternatives.map((number) => this.#candidate(number)));
    return this.#numbers(this.#pruneToRecommended(pruned, standing));
  }

  ordered(alternatives: readonly number[], standing: Standing): number[] {
    if (alternatives.length < 2) return [...alternatives];
    const best = this.best(alternatives, standing).map((number) => this.#candidate(number));
    if (best.length < 2) return this.#numbers(best);
    const kept = lastIf(best, (each) => !this.#isKeptName(each));
    const fresh = lastIf(kept, (each) => this.#isOutdated(each));
    const newest = byCommonProvides(fresh, this.#archive);
    return this.#numbers(lastIf(newest, (each) => !this.#isSuggested(each, standing)));
  }

  welcome(number: number, standing: Standing): boolean {
    return this.#isRecommended(this.#candidate(number), standing);
  }

  *extras(standing: Standing): Iterable<readonly number[]> {
    if (!this.#options.recommends) return;
    const open = (number: number) => standing.value(number) === 0;
    const supplements = this.#archive
      .supplementing()
      .flatMap((candidate) => this.#rules.numberOf(candidate) ?? [])
      .filter((number) => open(number) && this.#supplements(this.#candidate(number), standing))
      .filter((number) => !this.#hasTwin(this.#candidate(number), standing));
    const held = standing.held();
    const recommended = held.flatMap((number) => this.#recommendations(number, standing)).flat();
    const wanted = [...new Set([...recommended, ...supplements])].filter(open);
    if (wanted.length === 0) return;
    const best = new Set(this.#numbers(this.#prune(wanted.map((number) => this.#candidate(number)))));
    const ready = supplements.filter((number) => best.has(number)).map((number) => this.#candidate(number));
    const fresh = lastIf(ready, (each) => this.#isOutdated(each));
    const ordered = lastIf(
      byCommonProvides(fresh, this.#archive),
      (each) => !this.#isSuggested(each, standing),
    );
    for (const number of this.#numbers(ordered)) if (open(number)) yield [number];
    for (const number of held)
      for (const text of this.#candidate(number).record.recommends)
        for (const choice of this.#choices(this.#parse(text), standing)) {
          const left = choice.filter((each) => open(each) && best.has(each));
          if (left.length > 0) yield this.ordered(left, standing);
        }
  }

  #candidate(number: number): Candidate {
    return this.#rules.candidates[number] as Candidate;
  }

  #numbers(candidates: readonly Candidate[]): number[] {
    return candidates.flatMap((candidate) => this.#rules.numberOf(candidate) ?? []);
  }

  #prune(candidates: readonly Candidate[]): readonly Candidate[] {
    if (candidates.length < 2) return candidates;
    const kept = pruneToKept(candidates, this.#options.isKept);
    const priority = Math.min(...kept.map(({ from }) => from.priority));
    const first = kept.filter(({ from }) => from.priority === priority);
    const rank = Math.min(...first.map((each) => each.rank || Number.POSITIVE_INFINITY));
    const right = first.filter((each) => each.rank === 0 || each.rank === rank);
    return pruneObsoleted(bestVersions(right), (by) =>
      by.record.obsoletes.flatMap((text) => obsoletedBy(by, text, this.#dependencies, this.#archive)),
    );
  }

  #pruneToRecommended(candidates: readonly Candidate[], standing: Standing): readonly Candidate[] {
    if (candidates.length < 2) return candidates;
    const recommended = candidates.filter((each) => this.#isRecommended(each, standing));
    return recommended.length > 0 ? recommended : candidates;
  }

  #isRecommended(candidate: Candidate, standing: Standing): boolean {
    return this.#isNamed(candidate, "recommends", standing) || this.#supplements(candidate, standing);
  }

  #isSuggested(candidate: Candidate, standing: Standing): boolean {
    return (
      this.#isNamed(candidate, "suggests", standing) ||
      candidate.record.enhances.some((text) => this.#isMet(text, standing))
    );
  }

  #supplements(candidate: Candidate, standing: Standing): boolean {
    return candidate.record.supplements.some((text) => this.#isMet(text, standing));
  }

  /** Whether it is there already for another architecture. */
  #hasTwin({ record }: Candidate, standing: Standing): boolean {
    return this.#archive.named(record.name).some((other) => {
      const number = this.#rules.numberOf(other);
      const differs = other.record.architecture !== record.architecture;
      return differs && number !== undefined && standing.value(number) > 0;
    });
  }

  #isMet(text: string, standing: Standing): boolean {
    return isMet(this.#parse(text), this.#providers, (number) => standing.value(number) > 0);
  }

  #isKeptName({ record }: Candidate): boolean {
    return this.#archive.named(record.name).some((each) => this.#options.isKept(each));
  }

  /** Whether there is a newer one of its name and architecture, or one in a better repository. */
  #isOutdated(candidate: Candidate): boolean {
    const { record, from, evr } = candidate;
    return this.#archive
      .named(record.name)
      .some(
        (other) =>
          other !== candidate &&
          other.record.architecture === record.architecture &&
          (from.priority === other.from.priority
            ? compareEvr(other.evr, evr) > 0
            : other.from.priority < from.priority),
      );
  }

  /** Whether something that is there names a candidate in a weak dependency whose conditions are met. */
  #isNamed(candidate: Candidate, list: "recommends" | "suggests", standing: Standing): boolean {
    const own = this.#rules.numberOf(candidate) as number;
    return standing.held().some((number) =>
      this.#candidate(number).record[list].some((text) => {
        const dependency = this.#parse(text);
        if (!isComplex(dependency)) return this.#simple(text, dependency).has(own);
        const blocks = clausesOf(dependency, this.#providers);
        return (
          typeof blocks !== "boolean" &&
          blocks.some((block) => block.includes(own + 1) && isReady(block, standing))
        );
      }),
    );
  }

  #simple(text: string, dependency: Dependency): ReadonlySet<number> {
    const known = this.#named.get(text);
    if (known !== undefined) return known;
    const found = new Set(simpleProviders(dependency, this.#providers));
    this.#named.set(text, found);
    return found;
  }

  #recommendations(number: number, standing: Standing): (readonly number[])[] {
    return this.#candidate(number).record.recommends.flatMap((text) =>
      this.#choices(this.#parse(text), standing),
    );
  }

  /** The choices that a recommendation asks for as things stand: those of which nothing is there. */
  #choices(dependency: Dependency, standing: Standing): (readonly number[])[] {
    const blocks = isComplex(dependency)
      ? clausesOf(dependency, this.#providers)
      : [simpleProviders(dependency, this.#providers).map((number) => number + 1)];
    if (typeof blocks === "boolean") return [];
    return blocks.flatMap((block) => {
      if (!isReady(block, standing)) return [];
      const positive = block.filter((each) => each > 0).map((each) => each - 1);
      return positive.some((each) => standing.value(each) > 0) ? [] : [positive];
    });
  }

  #providers = (capability: Parameters<Dependencies["providers"]>[0]): readonly number[] =>
    this.#numbers(this.#dependencies.providers(capability));

  #parse(text: string): Dependency {
    return parseDependency(text, "A weak dependency");
  }
}

/** Whether all that a clause makes a condition is there. */
function isReady(block: readonly Presence[], standing: Standing): boolean {
  return block.every((each) => each > 0 || standing.value(-each - 1) > 0);
}

/** A stable order in which those with the flaw come last. */
function lastIf(candidates: readonly Candidate[], flaw: (candidate: Candidate) => boolean): Candidate[] {
  const flawed = new Set(candidates.filter(flaw));
  return [...candidates.filter((each) => !flawed.has(each)), ...flawed];
}

/** Of each name of which one is kept, only that one; and then no repository counts more than it. */
function pruneToKept(
  candidates: readonly Candidate[],
  isKept: (candidate: Candidate) => boolean,
): readonly Candidate[] {
  const kept = new Set(candidates.filter(isKept).map(({ record }) => record.name));
  if (kept.size === 0) return candidates;
  const left = candidates.filter((each) => !kept.has(each.record.name) || isKept(each));
  const best = left.filter(isKept);
  return new Set(left.map(({ from }) => from.priority)).size > 1 ? best : left;
}

/** The newest of each name, by name; of equal ones the best architecture's, then the first. */
function bestVersions(candidates: readonly Candidate[]): Candidate[] {
  const best = new Map<string, Candidate>();
  for (const each of candidates.toSorted((a, b) => a.rank - b.rank || a.number - b.number)) {
    const known = best.get(each.record.name);
    if (known === undefined || compareEvr(each.evr, known.evr) > 0) best.set(each.record.name, each);
  }
  return [...best.values()].sort((a, b) =>
    Buffer.compare(Buffer.from(a.record.name), Buffer.from(b.record.name)),
  );
}

/** Those that provide older versions of something than others of them do come later, the oldest last. */
function byCommonProvides(candidates: readonly Candidate[], archive: Archive): Candidate[] {
  const all = new Map<string, { owner: Candidate; version: string }[]>();
  for (const owner of candidates)
    for (const [name, ranges] of archive.provided(owner))
      for (const { operator, version } of ranges as readonly VersionRange[]) {
        if (version === undefined || operator === undefined || operator.startsWith(">")) continue;
        // What looks like a checksum has no order.
        if (operator === "=" && /^[0-9a-f]{4,}$/.test(version)) continue;
        const known = all.get(name);
        if (known === undefined) all.set(name, [{ owner, version }]);
        else known.push({ owner, version });
      }
  const flaws = new Map(candidates.map((each) => [each, 0]));
  for (const versions of all.values()) {
    let steps = 0;
    versions.sort((a, b) => compareEvr(b.version, a.version));
    for (const [at, { owner, version }] of versions.entries()) {
      const before = versions[at - 1];
      if (before !== undefined && before.owner !== owner && isOlder(version, before.version)) steps += 1;
      flaws.set(owner, (flaws.get(owner) as number) + steps);
    }
  }
  return candidates.toSorted((a, b) => (flaws.get(a) as number) - (flaws.get(b) as number));
}

/** Older for sure: where only one of them names a release, and all else is equal, neither is. */
function isOlder(one: string, other: string): boolean {
  const [a, b] = [parseEvr(one), parseEvr(other)];
  const order = comparePart(a.epoch ?? "0", b.epoch ?? "0") || comparePart(a.version, b.version);
  if (order !== 0) return order < 0;
  return a.release !== undefined && b.release !== undefined && comparePart(a.release, b.release) < 0;
}
