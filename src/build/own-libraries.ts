import { readElf } from "../formats/elf.ts";
import type { LinkedFile } from "../rootfs/libraries.ts";
import { ignoring } from "./ignore.ts";
import type { RecipeFile } from "./recipe/recipe.ts";
import { filesIn, readingAt } from "./recipe-folder.ts";

/** An ELF header of 32 bits: nothing shorter is one. */
const smallest = 52;

/**
 * The programs, libraries and links among the recipe's own files, as the dynamic linker sees them, later ones over
 * earlier ones. Their first bytes tell: of any other file, no more is read. `folder` is the recipe's.
 * @throws NO_FILE, UNREADABLE, BAD_FILE
 */
export async function ownLibraries(files: readonly RecipeFile[], folder: string): Promise<LinkedFile[]> {
  const found = new Map<string, LinkedFile>();
  for (const { from, to, ignore } of files) {
    if (from === undefined) continue;
    for await (const file of filesIn(folder, from, ignoring(ignore ?? []))) {
      if (file.type === "directory") continue;
      const path = to === "" || file.path === "" ? to + file.path : `${to}/${file.path}`;
      found.delete(path);
      const owner = `/${path}`;
      const { type, link } = file;
      if (link !== undefined) found.set(path, { path, type, link, owner });
      const elf = file.size < smallest ? undefined : await readingAt(file, readElf);
      if (elf !== undefined) found.set(path, { path, type, elf, owner });
    }
  }
  return [...found.values()];
}
