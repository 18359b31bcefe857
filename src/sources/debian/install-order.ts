import { byText } from "../../bytes/text.ts";
import type { Relation } from "../../formats/deb/relation.ts";
import { satisfies } from "../../formats/deb/version.ts";
import { neededOrder } from "../needed-order.ts";
import { relationsOf } from "./relations-of.ts";
import type { UnpackedDebian } from "./unpacked.ts";

type Ordered = Pick<UnpackedDebian, "name" | "version" | "architecture" | "control">;

/**
 * The order in which dpkg could configure packages: each after those that meet its Pre-Depends and Depends. Members of a
 * circle are ordered by their pre-dependencies alone; what is left open, by name.
 * @throws BAD_RELATION
 */
export function installOrder<Deb extends Ordered>(packages: readonly Deb[]): Deb[] {
  const offers = offersOf(packages);
  return neededOrder(packages, byName, (one, which) =>
    (which === "first" ? ["Pre-Depends"] : ["Pre-Depends", "Depends"])
      .flatMap((field) => relationsOf(one, field).flat())
      .flatMap(offers),
  );
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
