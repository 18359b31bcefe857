import { writeFile } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { startingRecipe } from "../../build/recipe/starting-recipe.ts";
import { startingProject } from "../../build/starting-project.ts";
import { makeFolders } from "../../bytes/make-folders.ts";
import { writeFailure } from "../../bytes/write-file.ts";
import { TareError } from "../../errors.ts";
import { command } from "../command.ts";

export const init = command({
  name: "init",
  summary: "Write a tare.yaml to start from",
  about: [
    "Writes a small recipe with a comment on each part. Beside a package.json it is one of that application: its packages, the Node.js that it asks for, and its files. A file that is there already is left as it is.",
  ],
  arguments: [{ name: "FOLDER", summary: "Where to write it (default: this folder)" }],
  options: {},
  examples: [{ does: "Start a recipe in this folder", line: "tare init" }],
  async run({ arguments: [folder = "."], options }, io) {
    const target = resolve(io.folder, folder);
    const file = join(target, "tare.yaml");
    const shown = relative(io.folder, file);
    const project = await startingProject(target);
    try {
      await makeFolders(target);
      await writeFile(file, startingRecipe(basename(target), project), { flag: "wx" });
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === "EEXIST") throw new TareError({ code: "FILE_EXISTS", file: shown }, { cause });
      throw writeFailure(cause, shown);
    }
    io.out(
      options.json
        ? `${JSON.stringify({ file: shown })}\n`
        : `${shown} is there; look through it, then run \`tare build\`.\n`,
    );
    return 0;
  },
});
