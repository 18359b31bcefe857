import type { Literal } from "./clauses.ts";

/** At least one literal holds; `said` is what it says, for whoever explains a contradiction. */
export interface Rule<Said> {
  /** Over candidates, which are numbered from 0. In the order in which rules are compared: see {@link byLiterals}. */
  readonly literals: readonly Literal[];
  readonly said: Said;
}

/** All that must hold, complete before the search begins. */
export interface Rulebook<Said> {
  /** How many candidates there are. */
  readonly size: number;
  /** What was asked for, in its order. */
  readonly wants: readonly Rule<Said>[];
  /** Everything else. Their order is that in which they are decided. */
  readonly rules: readonly Rule<Said>[];
}

/** What stands at a moment of the search. */
export interface Standing {
  /** 1 holds, -1 does not, 0 open. */
  value(candidate: number): number;
  /** The candidates that hold, in the order in which they came to. */
  held(): readonly number[];
}

/** Which candidates are taken where the rules leave a choice. All lists hold candidates' numbers. */
export interface Preferences {
  /** The alternatives that are worth it; the order says nothing. Never none of some. */
  best(alternatives: readonly number[], standing: Standing): number[];
  /** The alternatives that are worth it, the preferred one first. Never none of some. */
  ordered(alternatives: readonly number[], standing: Standing): number[];
  /** Whether something that holds, or its own word, speaks for a candidate without needing it. */
  welcome(candidate: number, standing: Standing): boolean;
  /** What is taken on top, one choice after another, once everything is satisfied; never one that is ruled out. */
  extras(standing: Standing): Iterable<readonly number[]>;
}

/** The order of rules: by their first literals, then by the second ones; the shorter one first. */
export function byLiterals(a: Rule<unknown>, b: Rule<unknown>): number {
  for (let at = 0; ; at += 1) {
    const [left, right] = [a.literals[at], b.literals[at]];
    if (left === undefined || right === undefined) return a.literals.length - b.literals.length;
    if (left !== right) return left - right;
  }
}
