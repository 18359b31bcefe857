import { TareError } from "../errors.ts";
import { explain } from "./explain.ts";
import { search } from "./search.ts";
import type { Requirement, Universe } from "./universe.ts";

/** A set in which every requirement is met and nothing is in conflict. */
export interface Solution<Candidate> {
  /** In the order in which they were decided for: what was wanted, then depth first. */
  readonly chosen: readonly Candidate[];
  /** For every chosen candidate, the chosen ones of which it meets a requirement; never itself. */
  readonly neededBy: ReadonlyMap<Candidate, readonly Candidate[]>;
}

/**
 * Chooses candidates so that all that is wanted is there.
 * @throws UNSATISFIABLE with the chain of facts that rules it out
 */
export function solve<Candidate>(
  wants: readonly Requirement<Candidate>[],
  universe: Universe<Candidate>,
): Solution<Candidate> {
  const found = search(wants, universe);
  if ("chosen" in found) return { chosen: found.chosen, neededBy: needs(found.chosen, universe) };
  if (found.contradiction === undefined)
    throw new TareError({
      code: "UNSATISFIABLE",
      want: wants.map((want) => want.text).join(" together with "),
      because: ["the search met too many contradictions and was given up"],
    });
  throw new TareError({ code: "UNSATISFIABLE", ...explain(found.contradiction, wants, universe) });
}

function needs<Candidate>(
  chosen: readonly Candidate[],
  universe: Universe<Candidate>,
): ReadonlyMap<Candidate, readonly Candidate[]> {
  const neededBy = new Map<Candidate, Candidate[]>(chosen.map((candidate) => [candidate, []]));
  for (const candidate of chosen) {
    const needed = new Set(
      universe.requirements(candidate).flatMap((requirement) => requirement.alternatives),
    );
    needed.delete(candidate);
    for (const each of needed) neededBy.get(each)?.push(candidate);
  }
  return neededBy;
}
