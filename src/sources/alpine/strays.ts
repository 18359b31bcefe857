import type { ApkDependency } from "../../formats/apk/dependency.ts";
import { type Candidate, goesBy } from "./candidates.ts";

/** Of what was chosen, that which only a tagged repository has, and no want with the tag led to. */
export function strays(chosen: readonly Candidate[], wants: readonly ApkDependency[]): Candidate[] {
  const led = new Map<string, ReadonlySet<Candidate>>();
  for (const tag of new Set(wants.map((want) => want.tag)))
    if (tag !== undefined)
      led.set(
        tag,
        ledTo(
          chosen,
          wants.filter((want) => want.tag === tag),
        ),
      );
  return chosen.filter(
    (candidate) =>
      !candidate.repositories.some(({ tag }) => tag === undefined || led.get(tag)?.has(candidate)),
  );
}

function ledTo(chosen: readonly Candidate[], wants: readonly ApkDependency[]): ReadonlySet<Candidate> {
  const found = new Set<Candidate>();
  const add = (dependency: ApkDependency) => {
    for (const candidate of chosen) if (goesBy(candidate, dependency)) found.add(candidate);
  };
  for (const want of wants) add(want);
  // A set goes on to what is added while it is gone through.
  for (const { depends } of found) for (const one of depends) add(one);
  return found;
}
