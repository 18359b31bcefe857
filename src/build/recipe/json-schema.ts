import { jsonSchemaOf } from "../yaml/shapes.ts";
import { recipeSchema } from "./schema.ts";

/** `schema/tare.schema.json`: what editors know about `tare.yaml`. */
export function recipeJsonSchema(): string {
  const head = { title: "tare.yaml", description: "A recipe: what goes into an image" };
  return `${JSON.stringify(jsonSchemaOf(recipeSchema, head), null, 2)}\n`;
}
