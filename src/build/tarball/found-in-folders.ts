import { type Recipe, tarballsOf } from "../recipe/recipe.ts";
import type { OwnEntry } from "../recipe-files.ts";
import { filesIn } from "../recipe-folder.ts";

/** What goes along with the folders that are items of a recipe's packages. @throws NO_FILE, UNREADABLE, BAD_FILE */
export async function foundInFolders(recipe: Recipe, folder: string): Promise<Pick<OwnEntry, "found">[]> {
  const all: Pick<OwnEntry, "found">[] = [];
  for (const item of tarballsOf(recipe)) {
    if (item.from !== "directory") continue;
    for await (const { path } of filesIn(folder, item.path, () => false, undefined, "packages"))
      if (path !== "") all.push({ found: { from: item.path, path } });
  }
  return all;
}
