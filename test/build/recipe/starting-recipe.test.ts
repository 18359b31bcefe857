import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseRecipe } from "../../../src/build/recipe/parse-recipe.ts";
import { startingRecipe } from "../../../src/build/recipe/starting-recipe.ts";

test.each([
  ["web", "web"],
  ["My App_2", "my-app-2"],
  ["…", "image"],
  ["", "image"],
])("a folder called %j starts with an image called %s", (folder, name) => {
  const recipe = parseRecipe(startingRecipe(folder), { file: "tare.yaml" });
  expect(recipe).toMatchObject({ name, to: [`docker-archive:${name}.tar`], accounts: { runAs: "nonroot" } });
});

test.each(readdirSync("examples").map((name) => [name]))(
  "the example %s is sound, and named for its folder",
  (name) => {
    const file = `examples/${name}/tare.yaml`;
    expect(parseRecipe(readFileSync(file, "utf8"), { file }).name).toBe(name);
  },
);
