import type { Fact } from "./clauses.ts";
import { search } from "./search.ts";
import type { Requirement, Universe } from "./universe.ts";

/** More facts than this are not thinned out one by one. */
const thinningLimit = 150;
const lineLimit = 12;

/** What cannot be had, and the lines that lead from it to the reason. */
export interface Explanation {
  readonly want: string;
  readonly because: readonly string[];
}

/**
 * A contradiction told to a person: only facts without which it would vanish, in the order in which they follow from
 * what was wanted.
 */
export function explain<Candidate>(
  contradiction: readonly Fact<Candidate>[],
  wanted: readonly Requirement<Candidate>[],
  universe: Universe<Candidate>,
): Explanation {
  const facts = thinOut(contradiction, universe);
  const blamed = new Set(facts.flatMap((fact) => (fact.kind === "want" ? [fact.requirement] : [])));
  const wants = wanted.filter((want) => blamed.has(want));
  const lines: string[] = [];
  for (const want of wants)
    if (want.alternatives.length === 0) lines.push(`${want.text}: ${want.note ?? "nothing offers that"}`);
  for (const candidate of inOrder(wants, facts))
    for (const fact of facts) {
      if (fact.kind === "want" || fact.candidate !== candidate) continue;
      if (fact.kind === "needs") lines.push(needsLine(universe.name(candidate), fact.requirement));
      else lines.push(`${universe.name(candidate)} ${fact.conflict.text} ${universe.name(fact.other)}`);
    }
  const because = lines.slice(0, lineLimit);
  if (lines.length > lineLimit) because.push(`and ${lines.length - lineLimit} more such facts`);
  return { want: wants.map((want) => want.text).join(" together with "), because };
}

function needsLine(name: string, { text, alternatives, note }: Requirement<unknown>): string {
  if (alternatives.length === 0) return `${name} needs ${text}, but ${note ?? "nothing offers that"}`;
  return note === undefined ? `${name} needs ${text}` : `${name} needs ${text} (${note})`;
}

/** The candidates in question, those nearest to what was wanted first. */
function inOrder<Candidate>(
  wants: readonly Requirement<Candidate>[],
  facts: readonly Fact<Candidate>[],
): Set<Candidate> {
  const met = new Set(wants.flatMap((want) => want.alternatives));
  for (const candidate of met)
    for (const fact of facts)
      if (fact.kind === "needs" && fact.candidate === candidate)
        for (const next of fact.requirement.alternatives) met.add(next);
  return met;
}

/** Drops every fact without which the contradiction still stands. */
function thinOut<Candidate>(
  contradiction: readonly Fact<Candidate>[],
  universe: Universe<Candidate>,
): readonly Fact<Candidate>[] {
  let facts = contradiction;
  if (facts.length > thinningLimit) return facts;
  for (const fact of contradiction) {
    const fewer = facts.filter((each) => each !== fact);
    if (contradict(fewer, universe)) facts = fewer;
  }
  return facts;
}

function contradict<Candidate>(facts: readonly Fact<Candidate>[], universe: Universe<Candidate>): boolean {
  const wants = facts.flatMap((fact) => (fact.kind === "want" ? [fact.requirement] : []));
  const found = search(wants, {
    name: (candidate) => universe.name(candidate),
    requirements: (candidate) =>
      facts.flatMap((fact) =>
        fact.kind === "needs" && fact.candidate === candidate ? [fact.requirement] : [],
      ),
    conflicts: (candidate) =>
      facts.flatMap((fact) =>
        fact.kind === "conflict" && fact.candidate === candidate
          ? [{ ...fact.conflict, with: [fact.other] }]
          : [],
      ),
  });
  return "contradiction" in found && found.contradiction !== undefined;
}
