import type { Capability } from "../../formats/rpm/dependency.ts";
import { clausesAgainst, clausesOf, isComplex, simpleProviders } from "../../formats/rpm/rich.ts";
import { compareEvr } from "../../formats/rpm/version.ts";
import { byLiterals, type Rule, type Rulebook } from "../../solver/rules.ts";
import { Effort } from "../effort.ts";
import { type Archive, areRivals, type Candidate } from "./candidates.ts";
import { Dependencies, obsoletedBy } from "./dependencies.ts";

/** What was asked for, and all packages that would do. */
export interface Job {
  readonly text: string;
  readonly candidates: readonly Candidate[];
  /** Said when there are none: why. */
  readonly note?: string;
  /** For whom it is there, where that is not the recipe: paths or names. */
  readonly neededBy?: readonly string[];
}

/** What a rule says: its subject does this, or cannot stand beside that. */
export type Said =
  | { readonly kind: "job"; readonly job: Job }
  | { readonly kind: "requires"; readonly by: Candidate; readonly text: string }
  | { readonly kind: "conflicts" | "obsoletes" | "same"; readonly by: Candidate; readonly other: Candidate }
  | { readonly kind: "against"; readonly by: Candidate; readonly text: string }
  | { readonly kind: "inferior"; readonly by: Candidate };

/** What the packages of a whole distribution take together; each costs some hundred bytes. */
const effortLimit = 5_000_000;

/** Rules, and the candidates that their literals number. */
export interface FedoraRules extends Rulebook<Said> {
  readonly candidates: readonly Candidate[];
  numberOf(candidate: Candidate): number | undefined;
}

/**
 * Everything that jobs could need, and all rules between these packages, as libsolv makes them of rpms: they are
 * compared by the order of the packages in their repositories.
 * @param weak whether what is recommended, suggested or supplements something could be taken, too
 * @throws BAD_RELATION when a package that was considered has a dependency that cannot be read; UNSATISFIABLE for too many
 */
export function rulesFor(jobs: readonly Job[], archive: Archive, weak: boolean): FedoraRules {
  const effort = new Effort([...new Set(jobs.map(({ text }) => text))].join(" together with "), effortLimit);
  const { members, dependencies } = reach(jobs, archive, weak, effort);
  const candidates = [...members].sort((a, b) => a.number - b.number);
  const numbers = new Map(candidates.map((candidate, number) => [candidate, number]));
  const maker = new Maker(candidates, numbers, archive, dependencies, effort);
  const rules = candidates.flatMap((candidate) => maker.rulesOf(candidate)).sort(byLiterals);
  return {
    candidates,
    size: candidates.length,
    numberOf: (candidate) => numbers.get(candidate),
    wants: jobs.map((job) => ({
      literals: job.candidates.map((candidate) => (numbers.get(candidate) as number) + 1),
      said: { kind: "job", job },
    })),
    rules: [...rules, ...maker.inferiorRules(jobs)],
  };
}

interface Reach {
  readonly members: ReadonlySet<Candidate>;
  readonly dependencies: Dependencies;
}

function reach(jobs: readonly Job[], archive: Archive, weak: boolean, effort: Effort): Reach {
  const dependencies = new Dependencies(archive);
  const followed = new Set<string>();
  const members = new Set(jobs.flatMap(({ candidates }) => candidates));
  const visit = () => {
    // A set that grows is walked to its end.
    for (const candidate of members) {
      const { requires, conflicts, recommends, suggests } = candidate.record;
      for (const text of weak ? [...requires, ...recommends, ...suggests] : requires) {
        if (isNeverPackaged(text) || followed.has(text)) continue;
        followed.add(text);
        for (const each of effort.on(dependencies.offered(dependencies.parse(text, candidate))))
          members.add(each);
      }
      for (const text of conflicts)
        if (text.startsWith("("))
          for (const each of effort.on(dependencies.offeredAgainst(dependencies.parse(text, candidate))))
            members.add(each);
      for (const each of effort.on(betterTwins(candidate, archive))) members.add(each);
    }
  };
  visit();
  for (let size = -1; weak && size !== members.size; ) {
    size = members.size;
    for (const candidate of archive.supplementing())
      if (
        !members.has(candidate) &&
        candidate.record.supplements.some((text) =>
          dependencies.offered(dependencies.parse(text, candidate)).some((each) => members.has(each)),
        )
      )
        members.add(candidate);
    visit();
  }
  return { members, dependencies };
}

/** What rpm itself provides: never a package's. */
export function isNeverPackaged(text: string): boolean {
  return text.startsWith("rpmlib(");
}

/** The same version for better architectures: a package of an inferior one is there only beside it. */
function betterTwins(candidate: Candidate, archive: Archive): Candidate[] {
  if (candidate.rank <= 1) return [];
  return archive
    .named(candidate.record.name)
    .filter(({ rank, evr }) => rank > 0 && rank < candidate.rank && compareEvr(evr, candidate.evr) === 0);
}

class Maker {
  readonly #candidates: readonly Candidate[];
  readonly #numbers: ReadonlyMap<Candidate, number>;
  readonly #archive: Archive;
  readonly #dependencies: Dependencies;
  readonly #effort: Effort;
  readonly #providers = (capability: Capability) =>
    this.#effort
      .on(this.#dependencies.providers(capability))
      .flatMap((each) => this.#numbers.get(each) ?? []);

  constructor(
    candidates: readonly Candidate[],
    numbers: ReadonlyMap<Candidate, number>,
    archive: Archive,
    dependencies: Dependencies,
    effort: Effort,
  ) {
    this.#effort = effort;
    this.#candidates = candidates;
    this.#numbers = numbers;
    this.#archive = archive;
    this.#dependencies = dependencies;
  }

  rulesOf(candidate: Candidate): Rule<Said>[] {
    const { requires, conflicts, obsoletes } = candidate.record;
    return [
      ...[...new Set(requires)].flatMap((text) => this.#required(candidate, text)),
      ...[...new Set(conflicts)].flatMap((text) => this.#conflicts(candidate, text)),
      ...(this.#archive.standsBeside(candidate)
        ? []
        : [...new Set(obsoletes)].flatMap((text) => this.#obsoletes(candidate, text))),
      ...this.#namesakes(candidate),
    ];
  }

  #own(candidate: Candidate): number {
    return -((this.#numbers.get(candidate) as number) + 1);
  }

  #required(by: Candidate, text: string): Rule<Said>[] {
    if (isNeverPackaged(text)) return [];
    const own = this.#own(by);
    const said = { kind: "requires", by, text } as const;
    const dependency = this.#dependencies.parse(text, by);
    if (!isComplex(dependency)) {
      const positive = simpleProviders(dependency, this.#providers).map((each) => each + 1);
      positive.sort((a, b) => a - b);
      return positive.includes(-own) ? [] : [{ literals: this.#effort.on([own, ...positive]), said }];
    }
    return this.#blocks(own, clausesOf(dependency, this.#providers), said);
  }

  #conflicts(by: Candidate, text: string): Rule<Said>[] {
    const own = this.#own(by);
    const dependency = this.#dependencies.parse(text, by);
    if (isComplex(dependency)) {
      const blocks = clausesAgainst(dependency, this.#providers);
      // A conflict with nothing but itself is none.
      const others =
        typeof blocks === "boolean" ? blocks : blocks.filter((block) => block.some((each) => each !== own));
      return this.#blocks(own, others, { kind: "against", by, text });
    }
    return simpleProviders(dependency, this.#providers)
      .filter((each) => each + 1 !== -own)
      .map((each) =>
        this.#not(own, each, { kind: "conflicts", by, other: this.#candidates[each] as Candidate }),
      );
  }

  #obsoletes(by: Candidate, text: string): Rule<Said>[] {
    const own = this.#own(by);
    return this.#effort.on(obsoletedBy(by, text, this.#dependencies, this.#archive)).flatMap((other) => {
      const number = this.#numbers.get(other);
      return number === undefined || other === by
        ? []
        : [this.#not(own, number, { kind: "obsoletes", by, other })];
    });
  }

  #namesakes(by: Candidate): Rule<Said>[] {
    const own = this.#own(by);
    return this.#archive.named(by.record.name).flatMap((other) => {
      const number = this.#numbers.get(other);
      if (number === undefined || number + 1 >= -own || !areRivals(this.#archive, by, other)) return [];
      return [this.#not(own, number, { kind: "same", by, other })];
    });
  }

  #not(own: number, other: number, said: Said): Rule<Said> {
    return { literals: this.#effort.on([own, -(other + 1)].sort((a, b) => a - b)), said };
  }

  #blocks(own: number, blocks: readonly (readonly number[])[] | boolean, said: Said): Rule<Said>[] {
    if (blocks === true) return [];
    if (blocks === false) return [{ literals: [own], said }];
    return blocks.flatMap((block) => {
      if (block.includes(-own)) return [];
      return [{ literals: this.#effort.on([...new Set([own, ...block])].sort((a, b) => a - b)), said }];
    });
  }

  /**
   * Packages of an architecture that is not the best one of their name are there only beside the same version of the
   * best one, and not at all where it has none. A job that offers one of them lifts this for its name.
   */
  inferiorRules(jobs: readonly Job[]): Rule<Said>[] {
    const rules = [...new Set(this.#candidates.map(({ record }) => record.name))].flatMap((name) =>
      this.#inferiorOf(name),
    );
    const offered = new Set(jobs.flatMap(({ candidates }) => candidates));
    const lifted = new Set(rules.flatMap(({ by }) => (offered.has(by) ? [by.record.name] : [])));
    return rules.flatMap(({ by, rule }) => (lifted.has(by.record.name) ? [] : [rule]));
  }

  #inferiorOf(name: string): { by: Candidate; rule: Rule<Said> }[] {
    const all = this.#archive.named(name).filter((each) => this.#numbers.has(each));
    const best = Math.min(...all.map(({ rank }) => (rank === 0 ? Number.POSITIVE_INFINITY : rank)));
    const inferior = all.filter(({ rank }) => rank > best);
    return inferior.map((by) => {
      const beside = all.filter(
        ({ rank, evr }) => (rank === 0 || rank === best) && compareEvr(evr, by.evr) === 0,
      );
      const positive = beside.map((each) => (this.#numbers.get(each) as number) + 1);
      return { by, rule: { literals: [this.#own(by), ...positive], said: { kind: "inferior", by } } };
    });
  }
}
