import type { ApkDependency } from "../../formats/apk/dependency.ts";
import { type Candidate, lookupIn } from "./candidates.ts";

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
  const lookup = lookupIn(chosen);
  const isMet = (one: ApkDependency) => lookup(one).length > 0;
  const waiting = chosen.filter(({ installIf }) => installIf.every(isMet));
  const pairs = waiting.flatMap((each) => each.installIf.flatMap(lookup).map((by) => ({ by, each })));
  const setOff = Map.groupBy(pairs, ({ by }) => by);
  const found = new Set(wants.flatMap(lookup));
  // A set goes on to what is added while it is gone through.
  for (const candidate of found) {
    for (const each of candidate.depends.flatMap(lookup)) found.add(each);
    for (const { each } of setOff.get(candidate) ?? []) found.add(each);
  }
  return found;
}
