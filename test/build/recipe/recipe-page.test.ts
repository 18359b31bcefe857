import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { recipeExamples } from "../../../scripts/reference/recipe-examples.ts";
import { recipePage } from "../../../scripts/reference/recipe-page.ts";
import { parseRecipe } from "../../../src/build/recipe/parse-recipe.ts";

test("docs/recipe.md is what the schema says; `node scripts/manual.ts` writes it", () => {
  expect(readFileSync("docs/recipe.md", "utf8")).toBe(recipePage());
});

test("every key of a recipe has a section with an example", () => {
  for (const section of recipePage().split(/^## /m).slice(1)) expect(section).toContain("```yaml\n");
});

test.each(Object.entries(recipeExamples))("the example of %s is sound", (key, text) => {
  expect(() =>
    parseRecipe(key === "name" ? text : `name: example\n${text}`, { file: "recipe.md" }),
  ).not.toThrow();
});

test("every key says what may stand there and what it does", () => {
  const rows = recipePage()
    .split("\n")
    .filter((line) => /^\| `/.test(line));
  expect(rows.length).toBeGreaterThan(60);
  for (const row of rows)
    for (const cell of row.split(/(?<!\\)\|/).slice(1, -1)) expect(cell.trim()).not.toBe("");
});
