import { isOfNpm } from "./of-npm.ts";
import { isOfTarballs } from "./tarball/of-tarballs.ts";

/** Whether a locked repository, or the one of a locked package, is one of the recipe's distribution. */
export function isOfDistribution(repository: string): boolean {
  return !isOfNpm(repository) && !isOfTarballs(repository);
}
