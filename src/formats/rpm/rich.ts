import { TareError } from "../../errors.ts";
import {
  type Capability,
  type Dependency,
  dependencyText,
  isRich,
  type RichDependency,
} from "./dependency.ts";

/** A package is there, `n + 1`, or is not, `-(n + 1)`; packages are numbered from 0. */
export type Presence = number;

/**
 * Lists of presences, sorted and without contradictions inside. As clauses, every list needs one that holds; as cases,
 * one list needs all that hold. True: nothing is asked; false: nothing will do.
 */
export type Blocks = readonly (readonly Presence[])[] | boolean;

/** Who provides a capability, each once. */
export type Providers<Package = number> = (capability: Capability) => readonly Package[];

/** Blocks of one dependency. Real ones need a few; `(a and b) or (c and d) or …` doubles them with each step. */
const limit = 16_384;

/**
 * Whether a dependency asks for more than one package out of some: only `and`, `if` and `unless` do, and an `or` around
 * them (rpm-dependencies(7), "Rich dependencies").
 */
export function isComplex(dependency: Dependency): dependency is RichDependency {
  if (!isRich(dependency)) return false;
  const { operator, left, right } = dependency;
  if (operator === "or") return isComplex(left) || isComplex(right);
  return operator !== "with" && operator !== "without";
}

/** The packages of which a dependency that is not complex asks for one, in the order of its words. */
export function simpleProviders<Package>(
  dependency: Dependency,
  providers: Providers<Package>,
): readonly Package[] {
  if (!isRich(dependency)) return providers(dependency);
  const left = simpleProviders(dependency.left, providers);
  const right = new Set(simpleProviders(dependency.right, providers));
  if (dependency.operator === "with") return left.filter((each) => right.has(each));
  if (dependency.operator === "without") return left.filter((each) => !right.has(each));
  return [...new Set([...left, ...right])];
}

/** What a dependency asks for, as clauses. @throws BAD_RELATION when they would be too many */
export function clausesOf(dependency: Dependency, providers: Providers): Blocks {
  return blocksOf(dependency, providers, "clauses");
}

/** What it takes that a dependency is not met, as clauses: what a conflict with it asks for. @throws BAD_RELATION */
export function clausesAgainst(dependency: Dependency, providers: Providers): Blocks {
  return negated(blocksOf(dependency, providers, "cases"));
}

/** Whether a dependency is met as things stand. */
export function isMet(
  dependency: Dependency,
  providers: Providers,
  isThere: (one: number) => boolean,
): boolean {
  if (!isComplex(dependency)) return simpleProviders(dependency, providers).some(isThere);
  const { operator, left, right, otherwise } = dependency;
  const met = (side: Dependency) => isMet(side, providers, isThere);
  switch (operator) {
    case "and":
      return met(left) && met(right);
    case "or":
      return met(left) || met(right);
    case "if":
      return met(right) ? met(left) : otherwise === undefined || met(otherwise);
    default:
      return met(right) ? otherwise !== undefined && met(otherwise) : met(left);
  }
}

type Form = "clauses" | "cases";

function blocksOf(dependency: Dependency, providers: Providers, form: Form): Blocks {
  // A condition is looked at in both forms, and with an `else` twice; nested ones would double with each step.
  const known = { clauses: new Map<Dependency, Blocks>(), cases: new Map<Dependency, Blocks>() };
  const blocks = (one: Dependency, form: Form): Blocks => {
    const made = known[form].get(one) ?? make(one, form);
    known[form].set(one, made);
    return made;
  };
  const make = (one: Dependency, form: Form): Blocks => {
    if (!isComplex(one)) {
      const all = simpleProviders(one, providers).map((each) => each + 1);
      if (all.length === 0) return false;
      return form === "clauses" ? [all.sort((a, b) => a - b)] : all.map((each) => [each]);
    }
    const { operator, left, right, otherwise } = one;
    const of = (side: Dependency) => blocks(side, form);
    const not = (side: Dependency) => negated(blocks(side, other(form)));
    const both = (these: Blocks, those: Blocks) => and(these, those, form, one);
    const either = (these: Blocks, those: Blocks) => or(these, those, form, one);
    switch (operator) {
      case "and":
        return both(of(left), of(right));
      case "or":
        return either(of(left), of(right));
      case "if": {
        const then = either(of(left), not(right));
        return otherwise === undefined ? then : both(then, either(of(right), of(otherwise)));
      }
      default: {
        const then = both(of(left), not(right));
        return otherwise === undefined ? then : either(then, both(of(right), of(otherwise)));
      }
    }
  };
  return blocks(dependency, form);
}

function other(form: Form): Form {
  return form === "clauses" ? "cases" : "clauses";
}

/** Clauses become cases of the contrary, and cases become clauses. */
function negated(blocks: Blocks): Blocks {
  if (typeof blocks === "boolean") return !blocks;
  return blocks.map((block) => block.map((each) => -each).reverse());
}

function and(one: Blocks, two: Blocks, form: Form, where: Dependency): Blocks {
  if (one === false || two === false) return false;
  if (one === true || two === true) return one === true ? two : one;
  return form === "clauses" ? bounded([...one, ...two], where) : products(one, two, false, where);
}

function or(one: Blocks, two: Blocks, form: Form, where: Dependency): Blocks {
  if (one === true || two === true) return true;
  if (one === false || two === false) return one === false ? two : one;
  return form === "cases" ? bounded([...one, ...two], where) : products(one, two, true, where);
}

/** Each block of the one with each of the other; `none` when all of them hold a package and its absence. */
function products(
  one: readonly (readonly Presence[])[],
  two: readonly (readonly Presence[])[],
  none: boolean,
  where: Dependency,
): Blocks {
  if (one.length * two.length > limit) throw tooMany(where);
  const found = one.flatMap((left) =>
    two.flatMap((right) => {
      const all = new Set([...left, ...right]);
      for (const each of all) if (all.has(-each)) return [];
      return [[...all].sort((a, b) => a - b)];
    }),
  );
  return found.length === 0 ? none : found;
}

function bounded(blocks: readonly (readonly Presence[])[], where: Dependency): Blocks {
  if (blocks.length > limit) throw tooMany(where);
  return blocks;
}

function tooMany(dependency: Dependency): TareError {
  const text = dependencyText(dependency).slice(0, 80);
  return new TareError({ code: "BAD_RELATION", where: "A package", text, why: "it has too many cases" });
}
