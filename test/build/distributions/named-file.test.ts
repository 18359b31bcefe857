import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readNamedFile } from "../../../src/build/distributions/named-file.ts";
import { withFolder } from "../../kit/temporary.ts";

test("a file that is not there is told with what the recipe takes it for", () =>
  withFolder(async (folder) => {
    await expect(readNamedFile("no.repo", folder, "a .repo file")).rejects.toThrow(
      `There is no ${folder}/no.repo: the recipe names it as a .repo file (no.repo).`,
    );
  }));

test("a file that is only read may lie beside the recipe's folder, or anywhere", () =>
  withFolder(async (folder) => {
    const recipes = join(folder, "recipes");
    await mkdir(recipes);
    await writeFile(join(folder, "own.repo"), "[own]");
    for (const name of ["../own.repo", join(folder, "own.repo")])
      expect((await readNamedFile(name, recipes, "a .repo file")).toString()).toBe("[own]");
  }));
