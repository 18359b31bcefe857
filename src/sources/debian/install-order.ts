import { byText } from "../../bytes/text.ts";
import type { Relation } from "../../formats/deb/relation.ts";
import { satisfies } from "../../formats/deb/version.ts";
import { circlesOf } from "../circles.ts";
import { relationsOf } from "./relations-of.ts";
import type { UnpackedDebian } from "./unpacked.ts";

type Ordered = Pick<UnpackedDebian, "name" | "version" | "architecture" | "control">;

/**
 * The order in which dpkg could configure packages: each after those that meet its Pre-Depends and Depends. Members of a
 * circle are ordered by their pre-dependencies alone; what is left open, by name.
 * @throws BAD_RELATION
 */
export function installOrder<Deb extends Ordered>(packages: readonly Deb[]): Deb[] {
  const sorted = [...packages].sort(byName);
  const offers = offersOf(sorted);
  const needed = (among: readonly Deb[], fields: readonly string[]) => {
    const members = new Set(among);
    return new Map(
      among.map((one) => {
        const found = fields
          .flatMap((field) => relationsOf(one, field).flat())
          .flatMap((relation) => offers(relation))
          .filter((each) => each !== one && members.has(each));
        return [one, [...new Set(found)].sort(byName)];
      }),
    );
  };
  const all = needed(sorted, ["Pre-Depends", "Depends"]);
  return circlesOf(sorted, all).flatMap((circle) => {
    if (circle.length === 1) return circle;
    const inside = circle.sort(byName);
    return circlesOf(inside, needed(inside, ["Pre-Depends"])).flatMap((inner) => inner.sort(byName));
  });
}

function byName(a: Ordered, b: Ordered): number {
  return byText(a.name, b.name) || byText(a.architecture, b.architecture);
}

/** Looks up who meets a relation: by its own name, or by what it provides (Debian Policy 7.5). */
function offersOf<Deb extends Ordered>(packages: readonly Deb[]): (relation: Relation) => Deb[] {
  const offers = packages.flatMap((by) => [
    { by, name: by.name, version: by.version as string | undefined },
    ...relationsOf(by, "Provides")
      .flat()
      .map(({ name, version }) => ({ by, name, version })),
  ]);
  const byName = Map.groupBy(offers, ({ name }) => name);
  return ({ name, operator, version: wanted }) =>
    (byName.get(name) ?? [])
      .filter(
        ({ version }) =>
          operator === undefined ||
          wanted === undefined ||
          (version !== undefined && satisfies(version, operator, wanted)),
      )
      .map(({ by }) => by);
}
