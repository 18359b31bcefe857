import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { recipeJsonSchema } from "../../../src/build/recipe/json-schema.ts";

test("schema/tare.schema.json is what the recipe's schema says; `node scripts/schema.ts` writes it", () => {
  expect(readFileSync("schema/tare.schema.json", "utf8")).toBe(recipeJsonSchema());
});

test("every field has a description, since editors show it", () => {
  const bare: string[] = [];
  const look = (node: unknown, path: string): void => {
    if (typeof node !== "object" || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key !== "properties") look(value, `${path}/${key}`);
      else
        for (const [name, field] of Object.entries(value as Record<string, { description?: string }>)) {
          if (!field.description) bare.push(`${path}/${name}`);
          look(field, `${path}/${name}`);
        }
    }
  };
  look(JSON.parse(recipeJsonSchema()), "");
  expect(bare).toEqual([]);
});
