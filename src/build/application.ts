import { resolve } from "node:path";
import type { NpmRequest, NpmSeams } from "../sources/npm/request.ts";
import { isDistribution } from "./recipe/distribution-names.ts";
import type { NpmPackages } from "./recipe/recipe.ts";
import type { World } from "./world.ts";

/** A recipe's npm item as its source understands it. */
export function npmRequest(item: NpmPackages, folder: string): NpmRequest {
  const { project, package: named, overrides, node, to, strip, slim } = item;
  return {
    ...(project !== undefined && { project: resolve(folder, project) }),
    ...(named !== undefined && { package: named }),
    overrides,
    node: isDistribution(node) ? "none" : node,
    to,
    strip,
    slim,
  };
}

/** Where the packages of a recipe's npm item lie in the image. */
export function modulesFolder({ to }: NpmPackages): string {
  return to === "" ? "node_modules" : `${to}/node_modules`;
}

/** What npm needs of the world. Its configuration is looked for in the recipe's folder, then where npm looks. */
export function npmSeams(
  folder: string,
  { store, environment, offline, progress, signal }: Pick<World, keyof NpmSeams & keyof World>,
): NpmSeams {
  return { store, environment, folder, offline, progress, signal };
}
