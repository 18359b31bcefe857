import type { z } from "zod";
import type { Spot } from "../../errors.ts";
import type { Path, YamlText } from "./document.ts";
import { inWords } from "./shapes.ts";

type Issue = z.core.$ZodIssue;

/** A long list of mistakes helps nobody: the first ones, in the order of the file. */
const shown = 20;
/** Finding a place costs a walk, so a file with thousands of mistakes has most of them ignored. */
const looked = 200;

/** What a schema found wrong, each with its place in the file. */
export function spotsOf(issues: readonly Issue[], text: YamlText): Spot[] {
  return inFileOrder(issues.slice(0, looked).flatMap((issue) => spotsOfIssue(issue, [], text)));
}

/** Sorted by place, without repetitions, at most {@link shown}. */
export function inFileOrder(spots: readonly Spot[]): Spot[] {
  const sorted = spots.toSorted((a, b) => a.line - b.line || a.column - b.column);
  return sorted
    .filter((spot, index) => {
      const before = sorted[index - 1];
      return before?.line !== spot.line || before.column !== spot.column || before.why !== spot.why;
    })
    .slice(0, shown);
}

function spotsOfIssue(issue: Issue, base: Path, text: YamlText): Spot[] {
  const path = [...base, ...issue.path];
  const spot = (why: string, key?: string) => text.spotOf(path, why, key);
  const name = nameOf(path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.message
        .split("\n")
        .slice(0, shown)
        .map((line, index) => spot(path.length > 0 ? `${name} has the ${line}` : line, issue.keys[index]));
    case "invalid_type":
      if (text.plain(path) === undefined)
        return [spot(`${name} is ${path.length > 0 ? "missing" : "empty"}`)];
      return [spot(`${name} must be ${wordFor(issue.expected)}`)];
    case "invalid_union": {
      if (issue.discriminator !== undefined) {
        const what = text.plain(path) === undefined ? "is missing: it" : "";
        const options = "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
        return [spot(`${name} ${what} must be ${inWords(options)}`.replace("  ", " "))];
      }
      // The branch that the value was meant for is the one whose type fits.
      const meant = issue.errors.find(
        (branch) => !branch.some((one) => one.path.length === 0 && isWrongType(one)),
      );
      if (meant) return meant.flatMap((one) => spotsOfIssue(one, path, text));
      if (text.plain(path) === undefined) return [spot(`${name} is missing`)];
      const types = issue.errors.flatMap((branch) =>
        branch.filter(isWrongType).map((one) => wordFor(one.expected)),
      );
      return [spot(`${name} must be ${inWords([...new Set(types)])}`)];
    }
    case "invalid_key":
      return issue.issues.map((one) =>
        text.spotOf(
          path.slice(0, -1),
          `the key "${String(path.at(-1))}" of ${nameOf(path.slice(0, -1))} ${one.message}`,
          String(path.at(-1)),
        ),
      );
    default:
      if (text.plain(path) === undefined && path.length > 0) return [spot(`${name} is missing`)];
      return [spot(`${name} ${issue.message}`)];
  }
}

function isWrongType(issue: Issue): issue is z.core.$ZodIssueInvalidType {
  return issue.code === "invalid_type";
}

function wordFor(type: string): string {
  const words: Readonly<Record<string, string>> = {
    array: "a list",
    object: "a mapping",
    record: "a mapping",
    string: "text",
  };
  return words[type] ?? type;
}

/** `packages[0].suite`; the whole file is "the file". */
function nameOf(path: Path): string {
  let name = "";
  for (const step of path) {
    if (typeof step === "number") name += `[${step}]`;
    else name += name === "" ? String(step) : `.${String(step)}`;
  }
  return name === "" ? "the file" : name;
}
