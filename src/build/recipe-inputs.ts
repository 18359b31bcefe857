import { posix } from "node:path";
import { digestOf } from "../bytes/digest.ts";
import { npmRequest } from "./application.ts";
import type { LockInput } from "./lock/lock.ts";
import { ownLibraries } from "./own-libraries.ts";
import { applicationOf, distributionOf, type Recipe } from "./recipe/recipe.ts";
import { tarballInputs } from "./tarball/choose.ts";

/**
 * What outside the recipe decides which packages are chosen: the project's own lists of what it depends on, the
 * tarballs and folders it is made of, and the libraries that the recipe's own programs ask for. The lock remembers them.
 * @param folder the recipe's, absolute
 * @throws NO_FILE, UNREADABLE, BAD_FILE, and what reading a project throws
 */
export async function recipeInputs(recipe: Recipe, folder: string): Promise<LockInput[]> {
  const inputs: LockInput[] = [];
  const application = applicationOf(recipe);
  if (application !== undefined) {
    const { projectInputs } = await import("../sources/npm/tree/project-inputs.ts");
    for (const { name, digest } of await projectInputs(npmRequest(application, folder)))
      inputs.push({ name: posix.join(application.project ?? "", name), digest });
  }
  inputs.push(...(await tarballInputs(recipe, folder)));
  if (distributionOf(recipe) !== undefined) {
    const own = await ownLibraries(recipe.files, folder);
    if (own.some(({ elf }) => elf !== undefined))
      inputs.push({ name: "files", digest: digestOf(JSON.stringify(own)) });
  }
  return inputs;
}
