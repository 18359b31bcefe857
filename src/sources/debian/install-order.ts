import { byText } from "../../bytes/text.ts";
import { circlesOf } from "../circles.ts";
import type { Candidate } from "./candidates.ts";
import type { DebianUniverse } from "./universe.ts";

/**
 * Each candidate after those that meet its Pre-Depends and Depends. Members of a circle are ordered by their
 * pre-dependencies alone, then by name; where even these form a circle, by name.
 */
export function installOrder(chosen: readonly Candidate[], universe: DebianUniverse): Candidate[] {
  const sorted = [...chosen].sort(
    (a, b) => byText(a.record.name, b.record.name) || byText(a.record.architecture, b.record.architecture),
  );
  const depends = edges(sorted, universe, "all");
  return circlesOf(sorted, depends).flatMap((circle) => {
    if (circle.length === 1) return circle;
    const inside = circle.sort((a, b) => sorted.indexOf(a) - sorted.indexOf(b));
    const preDepends = edges(inside, universe, "pre-depends");
    return circlesOf(inside, preDepends).flat();
  });
}

type Edges = ReadonlyMap<Candidate, readonly Candidate[]>;

function edges(among: readonly Candidate[], universe: DebianUniverse, kind: "all" | "pre-depends"): Edges {
  const members = new Set(among);
  return new Map(
    among.map((candidate) => {
      const needs = kind === "all" ? universe.requirements(candidate) : universe.preDepends(candidate);
      const hard = needs.filter((each) => !each.optional).flatMap((each) => each.alternatives);
      return [candidate, sortedMembers(hard, members)];
    }),
  );
}

function sortedMembers(list: readonly Candidate[], members: ReadonlySet<Candidate>): Candidate[] {
  return [...new Set(list)]
    .filter((each) => members.has(each))
    .sort(
      (a, b) => byText(a.record.name, b.record.name) || byText(a.record.architecture, b.record.architecture),
    );
}
