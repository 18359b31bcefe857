import { Assignment, type Clause, factsBehind, type Literal } from "./clauses.ts";
import type { Preferences, Rulebook, Standing } from "./rules.ts";

/** Contradictions met, and choices taken back, before the search is given up: real repositories need a handful. */
const limit = 5_000;

export type Ruled<Said> =
  /** In the order in which they were decided for. */
  | { readonly chosen: readonly number[] }
  /** What was said that cannot all hold; undefined when the search was given up. */
  | { readonly contradiction: readonly Said[] | undefined };

/** A choice that was left: what was taken, and what else it could have been. */
interface Branch {
  /** The level before the decision. */
  readonly level: number;
  readonly alternatives: readonly number[];
  readonly tried: Set<number>;
}

/**
 * Looks for a set of candidates as libsolv does, which dnf and zypper ask: all rules are known from the start, so that
 * whatever follows is known before anything is decided. Then wants are decided in their order, and after them all
 * other rules: first, round after round, those whose best alternative is the only one; only when there are none left,
 * the others. What is worth taking on top comes last. If then a choice turns out to have been needless, since another
 * of its alternatives had to come anyway, that one is taken instead, and everything after it is decided anew.
 */
export function searchInRuleOrder<Said>(book: Rulebook<Said>, preferences: Preferences): Ruled<Said> {
  return new Search(book, preferences).run();
}

class Search<Said> implements Standing {
  readonly #preferences: Preferences;
  readonly #assignment = new Assignment<Said>();
  readonly #wants: readonly (readonly Literal[])[];
  /** Wants, other rules, and what was learned. */
  readonly #rules: (readonly Literal[])[] = [];
  #branches: Branch[] = [];
  #contradictions = 0;
  /** The level at which all wants had been decided; below it, they have to be again. */
  #settled = Number.POSITIVE_INFINITY;
  /** Set once there is no way out. */
  #broken: Clause<Said> | undefined;

  constructor({ size, wants, rules }: Rulebook<Said>, preferences: Preferences) {
    this.#preferences = preferences;
    for (let each = 0; each < size; each += 1) this.#assignment.add();
    this.#wants = wants.map(({ literals }) => literals);
    for (const { literals, said } of [...rules, ...wants]) {
      this.#rules.push(literals);
      this.#broken ??= this.#assignment.addClause({ literals: [...literals], origin: { fact: said } });
    }
  }

  value(candidate: number): number {
    return this.#assignment.value(candidate + 1);
  }

  held(): readonly number[] {
    return this.#assignment.held();
  }

  run(): Ruled<Said> {
    this.#broken ??= this.#propagate();
    while (this.#broken === undefined) {
      if (this.#hasGivenUp) return { contradiction: undefined };
      if (this.#decideWants() && this.#decideRules() && this.#addExtras() && !this.#takeBackOne())
        return { chosen: this.held() };
    }
    return { contradiction: factsBehind(this.#broken, this.#assignment) };
  }

  get #hasGivenUp(): boolean {
    return this.#contradictions > limit;
  }

  /** False when earlier decisions fell. Wants whose decision alone was taken back are left to the other rules. */
  #decideWants(): boolean {
    if (this.#assignment.level >= this.#settled) return true;
    for (let at = 0; at < this.#wants.length; ) {
      const open = this.#openOf(this.#wants[at] as readonly Literal[]);
      if (open === undefined) at += 1;
      else if (!this.#take(this.#preferences.ordered(open, this))) return false;
    }
    this.#settled = this.#assignment.level;
    return true;
  }

  /** False when decisions fell that were made before this began. */
  #decideRules(): boolean {
    const before = this.#assignment.level;
    let postponed: number | undefined;
    let last = false;
    for (let at = 0, quiet = 0; ; at += 1, quiet += 1) {
      if (quiet >= this.#rules.length) {
        if (last || postponed === undefined) return true;
        at = postponed;
        quiet = 0;
        last = true;
      }
      if (at >= this.#rules.length) at = 0;
      const open = this.#openOf(this.#rules[at] as readonly Literal[]);
      if (open === undefined) continue;
      if (!last) {
        const best = this.#preferences.best(open, this);
        if (best.length > 1) {
          postponed ??= at;
          continue;
        }
        this.#take(best);
      } else this.#take(this.#preferences.ordered(open, this));
      if (this.#broken !== undefined || this.#hasGivenUp || this.#assignment.level < before) return false;
      quiet = -1;
    }
  }

  /** The alternatives of a rule that still asks for a decision; undefined for any other. */
  #openOf(literals: readonly Literal[]): number[] | undefined {
    let open: number[] | undefined;
    for (const literal of literals) {
      const value = this.#assignment.value(literal);
      if (value > 0 || (literal < 0 && value === 0)) return undefined;
      if (value === 0) {
        open ??= [];
        open.push(literal - 1);
      }
    }
    return open;
  }

  /** Decides for the first; false when that, or earlier decisions, fell. */
  #take(alternatives: readonly number[]): boolean {
    const [first] = alternatives;
    if (first === undefined) return true;
    const { level } = this.#assignment;
    if (alternatives.length > 1) this.#branches.push({ level, alternatives, tried: new Set([first]) });
    return this.#decide(first);
  }

  #decide(candidate: number): boolean {
    const before = this.#assignment.level;
    this.#assignment.decide(candidate + 1);
    let broken = this.#propagate();
    while (broken !== undefined) {
      if (this.#assignment.level === 0) {
        this.#broken = broken;
        return false;
      }
      this.#contradictions += 1;
      if (this.#hasGivenUp) return false;
      const { clause, level } = this.#assignment.learn(broken);
      this.#backTo(level);
      this.#rules.push([...clause.literals]);
      broken = this.#assignment.addClause(clause) ?? this.#propagate();
    }
    return this.#assignment.level > before;
  }

  #propagate(): Clause<Said> | undefined {
    return this.#assignment.propagate(() => undefined);
  }

  #backTo(level: number): void {
    this.#assignment.backTo(level);
    while ((this.#branches.at(-1)?.level ?? -1) >= level) this.#branches.pop();
  }

  /** False when something was added: it may need more. */
  #addExtras(): boolean {
    const { level } = this.#assignment;
    for (const alternatives of this.#preferences.extras(this)) {
      const open = alternatives.filter((each) => this.value(each) === 0);
      if (open.length > 0 && !this.#take(open)) return false;
    }
    return this.#assignment.level === level;
  }

  /** Takes another alternative of an earlier choice, where one had to come anyway or is more welcome. */
  #takeBackOne(): boolean {
    for (const [at, { level, alternatives, tried }] of this.#branches.entries()) {
      const free = alternatives.filter((each) => !tried.has(each));
      const needed = free.find((each) => this.value(each) > 0 && this.#assignment.levelOf(each) > level);
      const other = needed ?? this.#welcomeOne(free, level, tried);
      if (other === undefined) continue;
      this.#contradictions += 1;
      this.#assignment.backTo(level);
      this.#branches = this.#branches.slice(0, at + 1);
      tried.add(other);
      this.#decide(other);
      return true;
    }
    return false;
  }

  #welcomeOne(free: readonly number[], level: number, tried: ReadonlySet<number>): number | undefined {
    const welcome = (each: number) => this.#preferences.welcome(each, this);
    const other = free.find(welcome);
    if (other === undefined) return undefined;
    const atThatLevel = (each: number) =>
      this.value(each) > 0 && this.#assignment.levelOf(each) === level + 1;
    return [...tried].some((each) => atThatLevel(each) && !welcome(each)) ? other : undefined;
  }
}
