import type { z } from "zod";
import { TareError } from "../../errors.ts";
import { readYaml, type YamlKind } from "../yaml/document.ts";
import { inFileOrder, spotsOf } from "../yaml/problems.ts";
import type { Recipe } from "./recipe.ts";
import { recipeSchema } from "./schema.ts";
import { substitute } from "./variables.ts";

const kind: YamlKind = {
  limit: 1024 * 1024,
  refuse: (problems) => new TareError({ code: "BAD_RECIPE", problems: problems.slice(0, 20) }),
};

/**
 * Understands a `tare.yaml`. Pure: the same text and variables give the same value, so callers may remember it.
 * `variables` win over those of the text; `file` is only for the sentences of errors.
 * @throws BAD_RECIPE with every mistake's place, TOO_LARGE past 1 MiB
 */
export function parseRecipe(
  text: string,
  { file, variables = {} }: { readonly file: string; readonly variables?: Readonly<Record<string, string>> },
): Recipe {
  const yaml = readYaml(text, file, kind);
  const own = yaml.plain(["variables"]);
  const declared = typeof own === "object" && !Array.isArray(own) ? Object.entries(own) : [];
  const values = new Map<string, string>();
  for (const [name, value] of [...declared, ...Object.entries(variables)])
    if (typeof value === "string") values.set(name, value);

  const used = new Set<string>();
  const tracked = {
    get(name: string) {
      used.add(name);
      return values.get(name);
    },
  };
  const data = yaml.plain([], (scalar, complain) => substitute(scalar, tracked, complain));
  const spots = [...yaml.spots];
  for (const name of Object.keys(variables))
    if (!used.has(name) && !declared.some(([known]) => known === name))
      spots.push(yaml.spotOf([], `nothing in it uses the variable ${name} that was set`));
  const parsed = recipeSchema.safeParse(data, { reportInput: false });
  if (!parsed.success) spots.push(...spotsOf(parsed.error.issues, yaml));
  if (spots.length > 0) throw kind.refuse(inFileOrder(spots));
  const { variables: _spent, ...recipe } = parsed.data as z.output<typeof recipeSchema>;
  return deepFreeze(recipe);
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part);
    Object.freeze(value);
  }
  return value;
}
