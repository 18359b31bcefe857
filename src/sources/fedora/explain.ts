import { absenceOf, nothingOffers } from "./absence.ts";
import { type Archive, nameOf } from "./candidates.ts";
import type { Said } from "./rules.ts";

const lineLimit = 12;

/** What cannot be had, and the lines that lead from it to the reason. */
export interface Explanation {
  readonly want: string;
  readonly because: readonly string[];
}

/** A contradiction told to a person: what was asked for first, then each package in the order in which it was met. */
export function explainRules(contradiction: readonly Said[], archive: Archive): Explanation {
  const jobs = contradiction.flatMap((said) => (said.kind === "job" ? [said.job] : []));
  const lines = jobs
    .filter(({ candidates }) => candidates.length === 0)
    .map(({ text, note }) => `${text}: ${note ?? nothingOffers}`);
  const left = contradiction.flatMap((said) => (said.kind === "job" ? [] : [said]));
  const met = new Set(jobs.flatMap(({ candidates }) => candidates));
  for (const each of left) met.add(each.by);
  for (const by of met) for (const said of left) if (said.by === by) lines.push(lineOf(said, archive));
  const because = [...new Set(lines)];
  const more = because.length - lineLimit;
  return {
    want: [...new Set(jobs.map(({ text }) => text))].join(" together with "),
    because: more > 0 ? [...because.slice(0, lineLimit), `and ${more} more such facts`] : because,
  };
}

function lineOf(said: Exclude<Said, { kind: "job" }>, archive: Archive): string {
  const name = nameOf(said.by);
  switch (said.kind) {
    case "requires": {
      const note = absenceOf(said.text, archive);
      return `${name} needs ${said.text}${note === undefined ? "" : `, but ${note}`}`;
    }
    case "conflicts":
      return `${name} conflicts with ${nameOf(said.other)}`;
    case "obsoletes":
      return `${name} obsoletes ${nameOf(said.other)}`;
    case "same":
      return `${name} is another version of ${nameOf(said.other)}`;
    case "against":
      return `${name} conflicts with ${said.text}`;
    case "inferior":
      return `${name} is not for the machine's own architecture`;
  }
}
