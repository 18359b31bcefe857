import { byText } from "../../bytes/text.ts";
import { circlesOf } from "../circles.ts";
import type { Archive, Candidate } from "./candidates.ts";
import { Dependencies } from "./dependencies.ts";

/**
 * Each candidate after those that meet its requirements. Members of a circle are ordered by what must be there before
 * they are installed (`Requires(pre)`) alone, then by name; where even these form a circle, by name.
 */
export function installOrder(chosen: readonly Candidate[], archive: Archive): Candidate[] {
  const dependencies = new Dependencies(archive);
  const sorted = [...chosen].sort(
    (a, b) =>
      byText(a.record.name, b.record.name) ||
      byText(a.record.architecture, b.record.architecture) ||
      a.number - b.number,
  );
  const all = edges(sorted, dependencies, ({ record }) => record.requires);
  return circlesOf(sorted, all).flatMap((circle) => {
    if (circle.length === 1) return circle;
    const members = new Set(circle);
    const inside = sorted.filter((each) => members.has(each));
    const before = edges(inside, dependencies, ({ record }) => record.preRequires);
    return circlesOf(inside, before).flat();
  });
}

function edges(
  among: readonly Candidate[],
  dependencies: Dependencies,
  listOf: (candidate: Candidate) => readonly string[],
): ReadonlyMap<Candidate, readonly Candidate[]> {
  const places = new Map(among.map((candidate, place) => [candidate, place]));
  return new Map(
    among.map((candidate) => {
      const needed = new Set<Candidate>();
      for (const text of new Set(listOf(candidate)))
        for (const each of dependencies.offered(dependencies.parse(text, candidate)))
          if (each !== candidate && places.has(each)) needed.add(each);
      return [candidate, [...needed].sort((a, b) => (places.get(a) as number) - (places.get(b) as number))];
    }),
  );
}
