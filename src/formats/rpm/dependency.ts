import { TareError } from "../../errors.ts";
import type { RpmOperator, VersionRange } from "./version.ts";

/** One capability, perhaps of some versions only: `libc.so.6(GLIBC_2.34)(64bit)`, `httpd >= 2.4-1`, `/usr/bin/sh`. */
export interface Capability extends VersionRange {
  readonly name: string;
}

/** What joins two sides of a rich dependency (rpm-dependencies(7), "Rich dependencies"). */
export type RichOperator = "and" | "or" | "if" | "unless" | "with" | "without";

/** `(left operator right else otherwise)`; a chain, `(a or b or c)`, leans to the right. */
export interface RichDependency {
  readonly operator: RichOperator;
  readonly left: Dependency;
  readonly right: Dependency;
  /** Only of `if` and `unless`. */
  readonly otherwise?: Dependency;
}

export type Dependency = Capability | RichDependency;

export function isRich(dependency: Dependency): dependency is RichDependency {
  return "left" in dependency;
}

const limits = { length: 1 << 14, depth: 64 };
const comparisons: ReadonlySet<string> = new Set<RpmOperator>(["<", "<=", "=", ">=", ">"]);
const joints: ReadonlySet<string> = new Set<RichOperator>(["and", "or", "if", "unless", "with", "without"]);
const chains: ReadonlySet<string> = new Set<RichOperator>(["and", "or", "with"]);

/**
 * Parses a dependency as a header or an index spells it: `name`, `name >= 1.2-3`, or a rich one in parentheses.
 * @param where names the package in an error
 * @throws BAD_RELATION
 */
export function parseDependency(text: string, where: string): Dependency {
  const bad = (why: string) =>
    new TareError({
      code: "BAD_RELATION",
      where,
      text: text.length > 80 ? `${text.slice(0, 80)}…` : text,
      why,
    });
  if (text.length > limits.length) throw bad("it is too long");
  const words = wordsOf(text);
  let at = 0;
  const peek = () => words[at];
  const take = () => {
    const word = words[at];
    if (word === undefined) throw bad("it ends too early");
    at += 1;
    return word;
  };

  const side = (depth: number): Dependency => {
    if (depth > limits.depth) throw bad(`it is nested more than ${limits.depth} deep`);
    if (peek() !== "(") return capability(depth > 0);
    take();
    const inner = joined(side(depth + 1), depth);
    if (take() !== ")") throw bad("a parenthesis is not closed");
    return inner;
  };

  const joined = (left: Dependency, depth: number): Dependency => {
    const word = peek();
    if (word === ")" || word === undefined) return left;
    if (!joints.has(word)) throw bad(`"${word}" does not join two dependencies`);
    const operator = take() as RichOperator;
    if (operator === "if" || operator === "unless") {
      const right = side(depth + 1);
      if (peek() !== "else") return { operator, left, right };
      take();
      return { operator, left, right, otherwise: side(depth + 1) };
    }
    // A chain is read from left to right and folded from its end, so that its length costs no depth.
    const sides = [left, side(depth + 1)];
    while (peek() === operator && chains.has(operator)) {
      take();
      sides.push(side(depth + 1));
    }
    return sides.reduceRight((right, each) => ({ operator, left: each, right }));
  };

  const capability = (isInside: boolean): Capability => {
    const name = take();
    if (name === ")" || (isInside && joints.has(name)) || comparisons.has(name))
      throw bad(`"${name}" is not a name`);
    const operator = peek();
    if (operator === undefined || !comparisons.has(operator)) return { name };
    take();
    const version = take();
    if (version === ")" || version === "(") throw bad("a version is missing");
    return { name, operator: operator as RpmOperator, version };
  };

  const dependency = side(0);
  if (at < words.length) throw bad(`"${words[at]}" is not understood`);
  return dependency;
}

/**
 * Words parted by blanks. A parenthesis is a word of its own only where it is rich syntax: one that opens a word, and one
 * that closes more than its word has opened, for names hold pairs of them: `libc.so.6()(64bit)`.
 */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const raw of text.split(/[ \t\n]+/)) {
    let word = raw;
    while (word.startsWith("(")) {
      words.push("(");
      word = word.slice(1);
    }
    let open = 0;
    let end = word.length;
    for (let at = 0; at < word.length; at += 1) {
      if (word[at] === "(") open += 1;
      else if (word[at] === ")") {
        if (open === 0) {
          end = at;
          break;
        }
        open -= 1;
      }
    }
    if (end > 0) words.push(word.slice(0, end));
    for (const letter of word.slice(end)) words.push(letter);
  }
  return words;
}

/** As a person, or a header, writes it. */
export function dependencyText(dependency: Dependency): string {
  if (!isRich(dependency)) {
    const { name, operator, version } = dependency;
    return operator === undefined ? name : `${name} ${operator} ${version}`;
  }
  const { operator, otherwise } = dependency;
  const sides = [dependencyText(dependency.left)];
  let right = dependency.right;
  while (isRich(right) && right.operator === operator && chains.has(operator)) {
    sides.push(dependencyText(right.left));
    right = right.right;
  }
  sides.push(dependencyText(right));
  const tail = otherwise === undefined ? "" : ` else ${dependencyText(otherwise)}`;
  return `(${sides.join(` ${operator} `)}${tail})`;
}

/** RPMSENSE bits (rpm, rpmds.h). */
const sense = { less: 1 << 1, greater: 1 << 2, equal: 1 << 3 };

/** The operator of a dependency's flags in a header; undefined for none of them. */
export function operatorOf(flags: number): RpmOperator | undefined {
  const equal = (flags & sense.equal) !== 0 ? "=" : "";
  if ((flags & sense.less) !== 0) return `<${equal}`;
  if ((flags & sense.greater) !== 0) return `>${equal}`;
  return equal === "" ? undefined : "=";
}
