import { byText } from "../../bytes/text.ts";
import {
  type Capability,
  type Dependency,
  operatorOf,
  parseDependency,
} from "../../formats/rpm/dependency.ts";
import type { RpmHeader } from "../../formats/rpm/header.ts";
import { isComplex, type Providers, simpleProviders } from "../../formats/rpm/rich.ts";
import { tag } from "../../formats/rpm/tags.ts";
import { rangesMeet, type VersionRange } from "../../formats/rpm/version.ts";
import { neededOrder } from "../needed-order.ts";
import { evrOfHeader } from "./evr-of-header.ts";
import { mergedPath } from "./merged-usr.ts";
import type { PlacedRpm } from "./placed-rpm.ts";

/** RPMSENSE bits of a requirement (rpm, rpmds.h): of rpm itself, of a configuration, and only that something is there. */
const unordered = (1 << 24) | (1 << 28) | (1 << 29);
/** `Requires(pre)`, `Requires(post)`, and what was `Prereq` once. */
const before = (1 << 6) | (1 << 9) | (1 << 10);

/**
 * The order in which rpm would install, as far as dependencies tell: each package after what it requires
 * (`Requires`, `OrderWithRequires`). Members of a circle are ordered by what their scriptlets need to be there alone
 * (`Requires(pre)`, `Requires(post)`); what is left open, by name.
 * @throws BAD_RELATION when a rich dependency cannot be read
 */
export function installOrder(packages: readonly PlacedRpm[]): PlacedRpm[] {
  const needs = new Map(packages.map((one) => [one, needsOf(one)]));
  const providers = providersAmong(packages, [...needs.values()].flat());
  return neededOrder(packages, byName, (one, which) =>
    (needs.get(one) ?? [])
      .filter(({ isBefore }) => isBefore || which === "all")
      .flatMap(({ dependency }) => meeting(dependency, providers)),
  );
}

function byName(a: PlacedRpm, b: PlacedRpm): number {
  return byText(a.name, b.name) || byText(a.id, b.id);
}

interface Need {
  readonly dependency: Dependency;
  /** Whether a scriptlet needs it. */
  readonly isBefore: boolean;
}

function needsOf({ header, name }: PlacedRpm): Need[] {
  const rows = [
    ...relationsOf(header, tag.requireName, tag.requireFlags, tag.requireVersion),
    ...relationsOf(header, tag.orderName, tag.orderFlags, tag.orderVersion),
  ];
  return rows
    .filter(({ flags }) => (flags & unordered) === 0 || (flags & before) !== 0)
    .map(({ capability, flags }) => ({
      dependency: capability.name.startsWith("(")
        ? parseDependency(capability.name, `A requirement of ${name}`)
        : capability,
      isBefore: (flags & before) !== 0,
    }));
}

function relationsOf(header: RpmHeader, names: number, flags: number, versions: number) {
  const [bits, texts] = [header.numbers(flags), header.texts(versions)];
  return header.texts(names).map((name, at): { capability: Capability; flags: number } => {
    const operator = operatorOf(bits[at] ?? 0);
    const version = texts[at] ?? "";
    const range = operator !== undefined && version !== "" ? { operator, version } : {};
    return { capability: { name, ...range }, flags: bits[at] ?? 0 };
  });
}

/** Whoever could meet a dependency, conditions aside. */
function meeting(dependency: Dependency, providers: Providers<PlacedRpm>): readonly PlacedRpm[] {
  if (!isComplex(dependency)) return simpleProviders(dependency, providers);
  const { operator, left, right, otherwise } = dependency;
  const sides = operator === "if" || operator === "unless" ? [left, otherwise] : [left, right];
  return sides.flatMap((side) => (side === undefined ? [] : meeting(side, providers)));
}

/** Who provides what, by name, own name or file; of files only those that somebody needs. */
function providersAmong(packages: readonly PlacedRpm[], needs: readonly Need[]): Providers<PlacedRpm> {
  const found = new Map<string, { readonly by: PlacedRpm; readonly range: VersionRange }[]>();
  const wanted = new Set(needs.flatMap(({ dependency }) => pathsIn(dependency)));
  const add = (name: string, by: PlacedRpm, range: VersionRange) => {
    const known = found.get(name);
    if (known === undefined) found.set(name, [{ by, range }]);
    else known.push({ by, range });
  };
  for (const by of packages) {
    add(by.name, by, { operator: "=", version: evrOfHeader(by.header) });
    for (const { capability } of relationsOf(
      by.header,
      tag.provideName,
      tag.provideFlags,
      tag.provideVersion,
    )) {
      const { name, ...range } = capability;
      add(placeOf(name), by, range);
    }
    for (const { path } of by.files) {
      const place = placeOf(`/${path}`);
      if (wanted.has(place)) add(place, by, {});
    }
  }
  return (capability) =>
    (found.get(placeOf(capability.name)) ?? [])
      .filter(({ range }) => rangesMeet(range, capability))
      .map(({ by }) => by);
}

function pathsIn(dependency: Dependency): string[] {
  if ("left" in dependency)
    return [dependency.left, dependency.right, dependency.otherwise].flatMap((side) =>
      side === undefined ? [] : pathsIn(side),
    );
  return dependency.name.startsWith("/") ? [placeOf(dependency.name)] : [];
}

/** A path where it lies once `/usr` is merged; any other name as it is. */
function placeOf(name: string): string {
  return name.startsWith("/") ? `/${mergedPath(name.slice(1))}` : name;
}
