import { byText } from "../../bytes/text.ts";
import { search } from "../../solver/search.ts";
import { type Archive, type Candidate, lookupIn, namesOf } from "./candidates.ts";
import type { AlpineUniverse } from "./universe.ts";

/**
 * What was chosen, and what installs itself beside it (`install_if`) with all that this needs, until nothing more is
 * set off. What was chosen stays: what cannot stand beside it does not come.
 */
export function withSetOff(
  chosen: readonly Candidate[],
  archive: Archive,
  universe: AlpineUniverse,
): readonly Candidate[] {
  const tried = new Set<Candidate>();
  let all = chosen;
  for (;;) {
    const fresh = setOffBy(all, archive).filter((candidate) => !tried.has(candidate));
    if (fresh.length === 0) return all;
    for (const candidate of fresh) tried.add(candidate);
    const there = all.map((candidate) => ({ text: candidate.record.name, alternatives: [candidate] }));
    const more = [...new Set(fresh.map(({ record }) => record.name))].map((name) => {
      const requirement = universe.requirement({ text: name, name, conflict: false });
      const alternatives = requirement.alternatives.filter((candidate) => fresh.includes(candidate));
      return { text: name, alternatives, optional: true };
    });
    const found = search([...there, ...more], universe);
    if ("chosen" in found) all = found.chosen;
  }
}

/** Whatever is not there, nor another version of it, and has its whole condition met; by name. */
function setOffBy(chosen: readonly Candidate[], archive: Archive): Candidate[] {
  const lookup = lookupIn(chosen);
  const names = new Set(chosen.map(({ record }) => record.name));
  const offered = new Set(chosen.flatMap((candidate) => [...namesOf(candidate)]));
  const waiting = new Set([...offered].flatMap((name) => [...archive.waitingFor(name)]));
  const found = new Set<Candidate>();
  for (const name of waiting)
    for (const { candidate } of archive.offers(name))
      if (
        candidate.installIf.length > 0 &&
        !names.has(candidate.record.name) &&
        candidate.installIf.every((one) => lookup(one).length > 0)
      )
        found.add(candidate);
  return [...found].sort((a, b) => byText(a.record.name, b.record.name));
}
