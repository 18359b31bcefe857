import type { Package } from "../../model/package.ts";
import { tarball } from "../../sources/tarball/tarball.ts";
import { type Recipe, tarballsOf } from "../recipe/recipe.ts";
import type { PackageGroup } from "../root.ts";
import { locationOf, nameOf } from "./location.ts";

/** A recipe's tarballs and folders, each a group of its own, in the recipe's order. */
export function tarballGroups(recipe: Recipe, packages: readonly Package[]): PackageGroup[] {
  const ids = new Set<string>();
  return tarballsOf(recipe).flatMap((item) => {
    const location = locationOf(item);
    const wanted = packages.find((one) => one.repository === item.from && one.location === location);
    if (wanted === undefined) return [];
    const named = `${item.from} ${nameOf(item)}`;
    let id = named;
    for (let number = 2; ids.has(id); number += 1) id = `${named} (${number})`;
    ids.add(id);
    const distribution = tarball({
      id,
      to: item.to,
      strip: (item.from === "tarball" && item.stripComponents) || 0,
    });
    const common = { architecture: wanted.architecture, strip: false, isDistribution: false };
    return [{ ...common, distribution, packages: [wanted] }];
  });
}
