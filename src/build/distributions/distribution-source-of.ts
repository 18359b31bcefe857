import { distributionOf, type Recipe } from "../recipe/recipe.ts";
import { alpineSource } from "./alpine.ts";
import { debianSource } from "./debian.ts";
import type { DistributionSource } from "./distribution-source.ts";
import { fedoraSource } from "./fedora.ts";

/** The distribution that a recipe's image is made of; undefined when it names none. */
export function distributionSourceOf(recipe: Pick<Recipe, "packages">): DistributionSource | undefined {
  const item = distributionOf(recipe);
  switch (item?.from) {
    case undefined:
      return undefined;
    case "debian":
    case "ubuntu":
      return debianSource(item);
    case "fedora":
    case "dnf":
    case "yum":
      return fedoraSource(item);
    case "alpine":
    case "apk":
    case "wolfi":
    case "chainguard":
      return alpineSource(item);
  }
}
