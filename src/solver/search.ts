import { Assignment, type Clause, type Fact, factsBehind, type Literal } from "./clauses.ts";
import type { Requirement, Universe } from "./universe.ts";

/** Contradictions met before the search is given up: real archives need a handful. */
const contradictionLimit = 5_000;

export type Found<Candidate> =
  /** In the order in which they were decided for. */
  | { readonly chosen: readonly Candidate[] }
  /** Facts that cannot all hold; undefined when the search was given up. */
  | { readonly contradiction: readonly Fact<Candidate>[] | undefined };

/**
 * Looks for a set of candidates. Decides as apt does: everything that is wanted first, then depth first through the
 * requirements in their order, each by its first alternative that is not ruled out, unless one was already met on the
 * way. When that leads into a contradiction, it learns the clause that would have prevented it and goes back just as
 * far as that clause says. So a solution is found whenever there is one.
 */
export function search<Candidate>(
  wants: readonly Requirement<Candidate>[],
  universe: Universe<Candidate>,
): Found<Candidate> {
  return new Search(wants, universe).run();
}

class Search<Candidate> {
  readonly #wants: readonly Requirement<Candidate>[];
  readonly #universe: Universe<Candidate>;
  readonly #assignment = new Assignment<Fact<Candidate>>();
  readonly #variables = new Map<Candidate, number>();
  readonly #candidates: Candidate[] = [];
  /** By variable; present once it was expanded. */
  readonly #requirements: (readonly Requirement<Candidate>[] | undefined)[] = [];

  constructor(wants: readonly Requirement<Candidate>[], universe: Universe<Candidate>) {
    this.#wants = wants;
    this.#universe = universe;
  }

  run(): Found<Candidate> {
    let broken: Clause<Fact<Candidate>> | undefined;
    for (const requirement of this.#wants) {
      if (requirement.optional) continue;
      const literals = this.#literals(requirement);
      broken ??= this.#assignment.addClause({ literals, origin: { fact: { kind: "want", requirement } } });
    }
    broken ??= this.#propagate();
    for (let contradictions = 0; ; contradictions += 1) {
      const walked = broken ?? this.#walk();
      if (walked instanceof Set)
        return { chosen: Array.from(walked, (variable) => this.#candidateOf(variable)) };
      if (this.#assignment.level === 0) return { contradiction: factsBehind(walked, this.#assignment) };
      if (contradictions >= contradictionLimit) return { contradiction: undefined };
      const { clause, level } = this.#assignment.learn(walked);
      this.#assignment.backTo(level);
      broken = this.#assignment.addClause(clause) ?? this.#propagate();
    }
  }

  /** The chosen variables in order, or the clause that a decision on the way broke. */
  #walk(): Set<number> | Clause<Fact<Candidate>> {
    const met = new Set<number>();
    const roots: number[] = [];
    for (const want of this.#wants) {
      const next = this.#choose(want, met);
      if (typeof next === "object") return next;
      if (next !== undefined) roots.push(next);
    }
    for (const root of roots) {
      const path = [{ requirements: this.#requirementsOf(root), at: 0 }];
      for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
        const requirement = frame.requirements[frame.at];
        frame.at += 1;
        if (requirement === undefined) {
          path.pop();
          continue;
        }
        const next = this.#choose(requirement, met);
        if (typeof next === "object") return next;
        if (next !== undefined) path.push({ requirements: this.#requirementsOf(next), at: 0 });
      }
    }
    return met;
  }

  /** A variable that was newly met; undefined when nothing is to be done; a clause when deciding broke it. */
  #choose(
    requirement: Requirement<Candidate>,
    met: Set<number>,
  ): number | Clause<Fact<Candidate>> | undefined {
    const variables = requirement.alternatives.map((candidate) => this.#variableOf(candidate));
    if (variables.some((variable) => met.has(variable))) return undefined;
    for (;;) {
      const variable = variables.find((each) => this.#assignment.value(each + 1) >= 0);
      if (variable === undefined) return undefined;
      if (this.#assignment.value(variable + 1) === 0) {
        this.#assignment.decide(variable + 1);
        const broken = this.#propagate();
        if (broken !== undefined) return broken;
      }
      met.add(variable);
      return variable;
    }
  }

  #propagate(): Clause<Fact<Candidate>> | undefined {
    return this.#assignment.propagate((variable) => this.#expand(variable));
  }

  /** Asks the universe about a candidate that now holds, once. */
  #expand(variable: number): Clause<Fact<Candidate>> | undefined {
    if (this.#requirements[variable] !== undefined) return undefined;
    const candidate = this.#candidateOf(variable);
    const requirements = this.#universe.requirements(candidate);
    this.#requirements[variable] = requirements;
    let broken: Clause<Fact<Candidate>> | undefined;
    const add = (literals: Literal[], fact: Fact<Candidate>) => {
      const found = this.#assignment.addClause({ literals, origin: { fact } });
      broken ??= found;
    };
    for (const requirement of requirements) {
      if (requirement.optional || requirement.alternatives.includes(candidate)) continue;
      add([-(variable + 1), ...this.#literals(requirement)], { kind: "needs", candidate, requirement });
    }
    for (const conflict of this.#universe.conflicts(candidate))
      for (const other of conflict.with)
        add([-(variable + 1), -(this.#variableOf(other) + 1)], {
          kind: "conflict",
          candidate,
          conflict,
          other,
        });
    return broken;
  }

  #literals(requirement: Requirement<Candidate>): Literal[] {
    return Array.from(new Set(requirement.alternatives), (candidate) => this.#variableOf(candidate) + 1);
  }

  #variableOf(candidate: Candidate): number {
    const known = this.#variables.get(candidate);
    if (known !== undefined) return known;
    const variable = this.#assignment.add();
    this.#variables.set(candidate, variable);
    this.#candidates.push(candidate);
    return variable;
  }

  #candidateOf(variable: number): Candidate {
    return this.#candidates[variable] as Candidate;
  }

  #requirementsOf(variable: number): readonly Requirement<Candidate>[] {
    return this.#requirements[variable] ?? [];
  }
}
