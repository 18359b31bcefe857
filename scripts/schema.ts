/** Writes schema/tare.schema.json from the recipe's schema; a test keeps the two equal. */
import { mkdirSync, writeFileSync } from "node:fs";
import { recipeJsonSchema } from "../src/build/recipe/json-schema.ts";

const folder = `${import.meta.dirname}/../schema`;
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/tare.schema.json`, recipeJsonSchema());
