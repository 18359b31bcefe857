import { isRich, parseDependency } from "../../formats/rpm/dependency.ts";
import { runsOn } from "./architectures.ts";
import { type Archive, type Candidate, nameOf } from "./candidates.ts";
import type { Said } from "./rules.ts";

const lineLimit = 12;

/** What {@link absenceOf} says where there is no more to say. */
export const nothingOffers = "nothing offers that";

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

/** Why nothing meets a dependency, as the end of a sentence; undefined when something does, or there is more to it. */
export function absenceOf(text: string, archive: Archive): string | undefined {
  if (text.startsWith("(") || /[*?]/.test(text)) return undefined;
  const wanted = parseDependency(text, "A dependency");
  if (isRich(wanted) || archive.providers(wanted).length > 0) return undefined;
  const others = archive.providers({ name: wanted.name });
  if (others.length > 0)
    return `there is only ${listed(others.map((each) => offerOf(each, wanted.name, archive)))}`;
  const hidden = archive.recordsOffering(wanted.name);
  if (hidden.length === 0) return nothingOffers;
  const machines = [...runsOn(archive.architecture), "noarch"];
  const foreign = hidden.filter(({ architecture }) => !machines.includes(architecture));
  const names = (list: typeof hidden) =>
    listed(list.map(({ name, architecture }) => `${name}.${architecture}`));
  return foreign.length === hidden.length
    ? `${names(foreign)} is for another machine`
    : `${names(hidden)} is excluded`;
}

function offerOf(candidate: Candidate, name: string, archive: Archive): string {
  if (candidate.record.name === name) return nameOf(candidate);
  for (const [own, ranges] of archive.provided(candidate))
    if (own === name) {
      const version = ranges.find((range) => range.version !== undefined)?.version;
      return version === undefined ? nameOf(candidate) : `${version} in ${nameOf(candidate)}`;
    }
  return nameOf(candidate);
}

function listed(all: readonly string[]): string {
  const some = [...new Set(all)];
  return some.length > 4 ? `${some.slice(0, 4).join(", ")} and ${some.length - 4} more` : some.join(", ");
}
