import type { z } from "zod";
import type { recipeSchema } from "./schema.ts";

type Frozen<Value> = Value extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Frozen<Value[Key]> }
    : Value;

/** A recipe as it was understood: a plain value (it survives JSON), frozen. Fields are those of schema.ts, with variables put in. */
export type Recipe = Frozen<Omit<z.output<typeof recipeSchema>, "variables">>;

/** One item of `packages:`. */
export type DebianPackages = Recipe["packages"][number];

/** One item of `files:`. */
export type RecipeFile = Recipe["files"][number];
