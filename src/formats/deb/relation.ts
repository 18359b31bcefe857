import { TareError } from "../../errors.ts";
import type { VersionOperator } from "./version.ts";

/** One package that a relation field names (Debian Policy 7.1; deb-control(5); for `[…]` and `<…>` deb-src-control(5)). */
export interface Relation {
  readonly name: string;
  /** What follows the name: `any`, `native` or an architecture's name. */
  readonly qualifier?: string;
  readonly operator?: VersionOperator;
  /** Present exactly when `operator` is. */
  readonly version?: string;
  /** `[amd64 !i386]`: on which architectures it counts. */
  readonly architectures?: readonly string[];
  /** `<!nocheck>`: in which builds it counts; each list is an `and`, the lists an `or`. */
  readonly profiles?: readonly (readonly string[])[];
}

/** Alternatives, the preferred one first; any of them will do. */
export type Alternatives = readonly Relation[];

const fieldLimit = 1 << 20;
const operators: ReadonlyMap<string, VersionOperator> = new Map([
  ["<<", "<<"],
  ["<=", "<="],
  ["<", "<="],
  ["=", "="],
  [">=", ">="],
  [">", ">="],
  [">>", ">>"],
]);

/** A name, perhaps qualified, at the head of a relation; what is left is a version and restrictions. */
const head = /^([A-Za-z0-9][A-Za-z0-9+._-]*)(?::([A-Za-z0-9-]+))?/;
const versionPart = /^\(\s*([<>=]{1,2})\s*([^\s()<>=]+)\s*\)/;
const architecturePart = /^\[([^[\]<>()]*)\]/;
const profilePart = /^<([^[\]<>()]*)>/;

/**
 * Parses the value of Depends, Pre-Depends, Recommends, Provides, Conflicts, Breaks, Replaces and their like.
 * Empty members (a trailing comma) are tolerated, as dpkg does.
 * @param where names the field in an error: `Depends of nginx`
 * @throws BAD_RELATION
 */
export function parseRelations(text: string, where: string): Alternatives[] {
  if (text.length > fieldLimit)
    throw new TareError({
      code: "BAD_RELATION",
      where,
      text: `${text.slice(0, 40)}…`,
      why: "it is too long",
    });
  const all: Alternatives[] = [];
  for (const group of text.split(",")) {
    if (group.trim() === "") continue;
    all.push(group.split("|").map((part) => parseRelation(part.trim(), where)));
  }
  return all;
}

function parseRelation(text: string, where: string): Relation {
  const bad = (why: string) =>
    new TareError({
      code: "BAD_RELATION",
      where,
      text: text.length > 80 ? `${text.slice(0, 80)}…` : text,
      why,
    });
  const named = head.exec(text);
  if (!named) throw bad(text === "" ? "an alternative is empty" : "it does not begin with a package name");
  const relation: { -readonly [Key in keyof Relation]: Relation[Key] } = { name: named[1] as string };
  if (named[2] !== undefined) relation.qualifier = named[2];
  let rest = text.slice(named[0].length).trimStart();
  const version = versionPart.exec(rest);
  if (version) {
    const operator = operators.get(version[1] as string);
    if (operator === undefined) throw bad(`${version[1]} is not an operator`);
    relation.operator = operator;
    relation.version = version[2] as string;
    rest = rest.slice(version[0].length).trimStart();
  }
  const architectures = architecturePart.exec(rest);
  if (architectures) {
    relation.architectures = words(architectures[1] as string);
    rest = rest.slice(architectures[0].length).trimStart();
  }
  const profiles: string[][] = [];
  for (let match = profilePart.exec(rest); match; match = profilePart.exec(rest)) {
    profiles.push(words(match[1] as string));
    rest = rest.slice(match[0].length).trimStart();
  }
  if (profiles.length > 0) relation.profiles = profiles;
  if (rest !== "") throw bad(`"${rest.slice(0, 40)}" is not understood`);
  return relation;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** `libc6 (>= 2.36)`, as a person writes it; restrictions are left out. */
export function relationText(relation: Relation): string {
  const name = relation.qualifier === undefined ? relation.name : `${relation.name}:${relation.qualifier}`;
  return relation.operator === undefined ? name : `${name} (${relation.operator} ${relation.version})`;
}
