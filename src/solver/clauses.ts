import type { Conflict, Requirement } from "./universe.ts";

/** Something that the universe or the caller said, as it may be shown to a person. */
export type Fact<Candidate> =
  | { readonly kind: "want"; readonly requirement: Requirement<Candidate> }
  | { readonly kind: "needs"; readonly candidate: Candidate; readonly requirement: Requirement<Candidate> }
  | {
      readonly kind: "conflict";
      readonly candidate: Candidate;
      readonly conflict: Conflict<Candidate>;
      readonly other: Candidate;
    };

/** A literal: variable `v` holds is `v + 1`, it does not hold is `-(v + 1)`. */
export type Literal = number;

/** At least one literal holds. It says what a fact says, or was learned from other clauses. */
export interface Clause<Said> {
  /** The first two are watched. */
  readonly literals: Literal[];
  readonly origin: { readonly fact: Said } | readonly Clause<Said>[];
}

export function variableOf(literal: Literal): number {
  return Math.abs(literal) - 1;
}

/**
 * Which variables hold, and what follows: clauses with two watched literals, a trail, levels, and reasons
 * (Moskewicz et al., "Chaff", 2001; Marques-Silva and Sakallah, "GRASP", 1999). Clauses may come at any time.
 */
export class Assignment<Said> {
  /** 1 holds, -1 does not, 0 open; by variable. */
  readonly #values: number[] = [];
  readonly #levels: number[] = [];
  readonly #reasons: (Clause<Said> | undefined)[] = [];
  /** Clauses by watched literal: `2v` for positive, `2v + 1` for negative ones. */
  readonly #watches: Clause<Said>[][] = [];
  readonly #trail: Literal[] = [];
  readonly #levelStarts: number[] = [];
  #propagated = 0;

  get level(): number {
    return this.#levelStarts.length;
  }

  /** A new variable's number. */
  add(): number {
    this.#levels.push(0);
    this.#reasons.push(undefined);
    this.#watches.push([], []);
    return this.#values.push(0) - 1;
  }

  value(literal: Literal): number {
    const value = this.#values[variableOf(literal)] as number;
    return literal > 0 ? value : -value;
  }

  levelOf(variable: number): number {
    return this.#levels[variable] as number;
  }

  reasonOf(variable: number): Clause<Said> | undefined {
    return this.#reasons[variable];
  }

  /** The variables that hold, in the order in which they came to. */
  held(): number[] {
    return this.#trail.filter((literal) => literal > 0).map(variableOf);
  }

  /** Opens a level and sets an open literal. */
  decide(literal: Literal): void {
    this.#levelStarts.push(this.#trail.length);
    this.#set(literal, undefined);
  }

  /** Returns the clause itself when it is broken as things stand. */
  addClause(clause: Clause<Said>): Clause<Said> | undefined {
    const { literals } = clause;
    literals.sort((a, b) => this.#rank(b) - this.#rank(a));
    const [first, second] = literals;
    if (first === undefined) return clause;
    this.#watch(first, clause);
    if (second !== undefined) this.#watch(second, clause);
    const value = this.value(first);
    if (value < 0) return clause;
    if (value === 0 && (second === undefined || this.value(second) < 0)) this.#set(first, clause);
    return undefined;
  }

  /** Literals to watch first: those that hold, then open ones, then those that fell last. */
  #rank(literal: Literal): number {
    const value = this.value(literal);
    if (value !== 0) return value > 0 ? Number.MAX_SAFE_INTEGER : this.levelOf(variableOf(literal));
    return Number.MAX_SAFE_INTEGER - 1;
  }

  #watch(literal: Literal, clause: Clause<Said>): void {
    (this.#watches[slot(literal)] as Clause<Said>[]).push(clause);
  }

  #set(literal: Literal, reason: Clause<Said> | undefined): void {
    const variable = variableOf(literal);
    this.#values[variable] = literal > 0 ? 1 : -1;
    this.#levels[variable] = this.level;
    this.#reasons[variable] = reason;
    this.#trail.push(literal);
  }

  /**
   * Draws all conclusions. `expand` is told each variable that now holds and may add clauses; what it returns, or the
   * first broken clause, is returned.
   */
  propagate(expand: (variable: number) => Clause<Said> | undefined): Clause<Said> | undefined {
    while (this.#propagated < this.#trail.length) {
      const literal = this.#trail[this.#propagated] as Literal;
      this.#propagated += 1;
      const broken = (literal > 0 ? expand(variableOf(literal)) : undefined) ?? this.#visit(-literal);
      if (broken !== undefined) return broken;
    }
    return undefined;
  }

  /** Looks at every clause that watches a literal which has just fallen. */
  #visit(fallen: Literal): Clause<Said> | undefined {
    const watching = this.#watches[slot(fallen)] as Clause<Said>[];
    let kept = 0;
    for (let at = 0; at < watching.length; at += 1) {
      const clause = watching[at] as Clause<Said>;
      const { literals } = clause;
      if (literals[0] === fallen) swap(literals, 0, 1);
      const other = literals[0] as Literal;
      if (other === fallen || this.value(other) <= 0) {
        const next = literals.findIndex((literal, index) => index > 1 && this.value(literal) >= 0);
        if (next > 0) {
          swap(literals, 1, next);
          this.#watch(literals[1] as Literal, clause);
          continue;
        }
        watching[kept++] = clause;
        if (other === fallen || this.value(other) < 0) {
          while (++at < watching.length) watching[kept++] = watching[at] as Clause<Said>;
          watching.length = kept;
          return clause;
        }
        this.#set(other, clause);
      } else watching[kept++] = clause;
    }
    watching.length = kept;
    return undefined;
  }

  backTo(level: number): void {
    const start = this.#levelStarts[level];
    if (start === undefined) return;
    for (const literal of this.#trail.splice(start)) {
      this.#values[variableOf(literal)] = 0;
      this.#reasons[variableOf(literal)] = undefined;
    }
    this.#levelStarts.length = level;
    this.#propagated = start;
  }

  /**
   * From a broken clause to the one that would have prevented it: resolves until a single literal of the current level
   * is left (the first unique implication point). Its first literal is the one to set after going back to `level`.
   */
  learn(broken: Clause<Said>): { clause: Clause<Said>; level: number } {
    const from: Clause<Said>[] = [];
    const seen = new Set<number>();
    const lower: Literal[] = [];
    let open = 0;
    let clause: Clause<Said> | undefined = broken;
    let at = this.#trail.length;
    for (;;) {
      if (clause !== undefined) {
        from.push(clause);
        for (const literal of clause.literals) {
          const variable = variableOf(literal);
          if (seen.has(variable) || this.value(literal) > 0) continue;
          seen.add(variable);
          const level = this.levelOf(variable);
          if (level === this.level) open += 1;
          else if (level > 0) lower.push(literal);
        }
      }
      do at -= 1;
      while (!seen.has(variableOf(this.#trail[at] as Literal)));
      const literal = this.#trail[at] as Literal;
      open -= 1;
      if (open === 0) {
        const level = lower.reduce((most, each) => Math.max(most, this.levelOf(variableOf(each))), 0);
        return { clause: { literals: [-literal, ...lower], origin: from }, level };
      }
      clause = this.reasonOf(variableOf(literal));
    }
  }
}

/** All that was said which a clause that is broken at level 0 rests on. */
export function factsBehind<Said>(broken: Clause<Said>, assignment: Assignment<Said>): Said[] {
  const seen = new Set<Clause<Said>>();
  const facts: Said[] = [];
  const pending = [broken];
  for (let clause = pending.pop(); clause !== undefined; clause = pending.pop()) {
    if (seen.has(clause)) continue;
    seen.add(clause);
    if ("fact" in clause.origin) facts.push(clause.origin.fact);
    else pending.push(...clause.origin);
    for (const literal of clause.literals) {
      const variable = variableOf(literal);
      const reason = assignment.reasonOf(variable);
      if (reason !== undefined && assignment.levelOf(variable) === 0) pending.push(reason);
    }
  }
  return facts;
}

function slot(literal: Literal): number {
  return literal > 0 ? (literal - 1) * 2 : (-literal - 1) * 2 + 1;
}

function swap(list: Literal[], a: number, b: number): void {
  if (b >= list.length) return;
  const kept = list[a] as Literal;
  list[a] = list[b] as Literal;
  list[b] = kept;
}
