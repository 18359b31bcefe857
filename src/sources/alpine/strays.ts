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
  const isMet = (one: ApkDependency) => chosen.some((candidate) => goesBy(candidate, one));
  const waiting = chosen.filter(({ installIf }) => installIf.length > 0 && installIf.every(isMet));
  for (const want of wants) add(want);
  // A set goes on to what is added while it is gone through.
  for (const candidate of found) {
    for (const one of candidate.depends) add(one);
    for (const each of waiting) if (each.installIf.some((one) => goesBy(candidate, one))) found.add(each);
  }
  return found;
}
