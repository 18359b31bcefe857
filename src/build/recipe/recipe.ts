import type { z } from "zod";
import type { recipeSchema } from "./schema.ts";

type Frozen<Value> = Value extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Frozen<Value[Key]> }
    : Value;

/** A recipe as it was understood: a plain value (it survives JSON), frozen. Fields are those of schema.ts, with variables put in. */
export type Recipe = Frozen<Omit<z.output<typeof recipeSchema>, "variables">>;

/** An item of `packages:` from Debian or Ubuntu. */
export type DebianPackages = Exclude<Recipe["packages"][number], { readonly from: "npm" }>;

/** An item of `packages:` from npm. */
export type NpmPackages = Extract<Recipe["packages"][number], { readonly from: "npm" }>;

/** The item that says which distribution the image is made of; at most one. */
export function distributionOf({ packages }: Pick<Recipe, "packages">): DebianPackages | undefined {
  return packages.find((item) => item.from !== "npm");
}

/** The item that says which npm application the image holds; at most one. */
export function applicationOf({ packages }: Pick<Recipe, "packages">): NpmPackages | undefined {
  return packages.find((item) => item.from === "npm");
}

/** One item of `files:`. */
export type RecipeFile = Recipe["files"][number];
