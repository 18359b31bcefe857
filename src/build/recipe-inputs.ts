import { digestOf } from "../bytes/digest.ts";
import { npmRequest } from "./application.ts";
import { ownLibraries } from "./own-libraries.ts";
import { applicationOf, distributionOf, type Recipe } from "./recipe/recipe.ts";

/**
 * Digests of what outside the recipe decides which packages are chosen: the project's own lists of what it depends
 * on, and the libraries that the recipe's own programs ask for. Part of `recipeDigest`.
 * @param folder the recipe's, absolute
 * @throws NO_FILE, UNREADABLE, BAD_FILE
 */
export async function recipeInputs(recipe: Recipe, folder: string): Promise<string[]> {
  const inputs: string[] = [];
  const application = applicationOf(recipe);
  if (application !== undefined) {
    const { projectInputs } = await import("../sources/npm/tree/project-inputs.ts");
    inputs.push(...(await projectInputs(npmRequest(application, folder))));
  }
  if (distributionOf(recipe) !== undefined) {
    const own = await ownLibraries(recipe.files, folder);
    if (own.some(({ elf }) => elf !== undefined)) inputs.push(digestOf(JSON.stringify(own)));
  }
  return inputs;
}
