import { byText } from "../../bytes/text.ts";
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
  return circles(sorted, depends).flatMap((circle) => {
    if (circle.length === 1) return circle;
    const inside = circle.sort((a, b) => sorted.indexOf(a) - sorted.indexOf(b));
    const preDepends = edges(inside, universe, "pre-depends");
    return circles(inside, preDepends).flat();
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

/** Strongly connected components, each after all that it leads to (Tarjan, 1972), without recursion. */
function circles(nodes: readonly Candidate[], next: Edges): Candidate[][] {
  const found: Candidate[][] = [];
  const numbers = new Map<Candidate, number>();
  const lowest = new Map<Candidate, number>();
  const stack: Candidate[] = [];
  const onStack = new Set<Candidate>();
  const enter = (node: Candidate) => {
    numbers.set(node, numbers.size);
    lowest.set(node, numbers.size - 1);
    stack.push(node);
    onStack.add(node);
    return { node, at: 0 };
  };
  const lower = (node: Candidate, to: number) => lowest.set(node, Math.min(lowest.get(node) as number, to));
  for (const root of nodes) {
    if (numbers.has(root)) continue;
    const path = [enter(root)];
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const { node } = frame;
      const to = next.get(node)?.[frame.at];
      frame.at += 1;
      if (to === undefined) {
        path.pop();
        const parent = path.at(-1);
        if (parent !== undefined) lower(parent.node, lowest.get(node) as number);
        if (lowest.get(node) === numbers.get(node)) {
          const circle = stack.splice(stack.indexOf(node));
          for (const member of circle) onStack.delete(member);
          found.push(circle);
        }
      } else if (!numbers.has(to)) path.push(enter(to));
      else if (onStack.has(to)) lower(node, numbers.get(to) as number);
    }
  }
  return found;
}
