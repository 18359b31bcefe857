import { defaultExcludes, exclude, include, keepLocales } from "../layers/excludes.ts";
import type { PathRule } from "../model/segment.ts";
import type { Recipe } from "./recipe/recipe.ts";

/** What a recipe leaves out of its packages: later rules win. */
export function excludesOf({ excludes, locales }: Pick<Recipe, "excludes" | "locales">): PathRule[] {
  return [
    ...(excludes.default ? defaultExcludes : []),
    ...excludes.add.map(exclude),
    ...keepLocales(locales),
    ...excludes.keep.map(include),
  ];
}
