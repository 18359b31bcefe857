import { z } from "zod";
import { nearest } from "../../bytes/nearest.ts";

/**
 * The words that schemas of our YAML files are made of. Scalars arrive as text (see document.ts) and each shape makes
 * of them what it needs. Messages are phrases that follow the name of the field: `must be true or false`.
 * `is` in the metadata is what an editor should expect instead of text (see {@link jsonSchemaOf}), `wanted` what people
 * are told to write there.
 */

type CamelCase<Text extends string> = Text extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Text;
type CamelKeys<Fields> = { [Key in keyof Fields as CamelCase<Key & string>]: Fields[Key] };

/** A mapping with known keys: `run-as` in the file becomes `runAs` in the value. Unknown keys are refused. */
export function object<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z
    .strictObject(shape, {
      error: (issue) => {
        if (issue.code !== "unrecognized_keys") return undefined;
        // One line for each of the first keys, in the order of `issue.keys`.
        return issue.keys
          .slice(0, 20)
          .map((key) => {
            const meant = nearest(key, known);
            const hint = meant ? `did you mean "${meant}"?` : `there is ${known.join(", ")}`;
            return `unknown key "${key}"; ${hint}`;
          })
          .join("\n");
      },
    })
    .transform(
      (fields) =>
        Object.fromEntries(
          Object.entries(fields).map(([key, value]) => [
            key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
            value,
          ]),
        ) as CamelKeys<typeof fields>,
    );
}

/** Text, with at most `limit` characters. */
export function text(limit = 4096) {
  return z.string().max(limit, `must have at most ${limit} characters`);
}

/** Text that must look like `shape`; `wanted` follows "must be". */
export function matching(shape: RegExp, wanted: string) {
  return z
    .string()
    .regex(shape, { error: `must be ${wanted}`, abort: true })
    .max(4096, "is too long")
    .meta({ wanted });
}

/** One of a few words. */
export function oneOf<const Word extends string>(...words: readonly Word[]) {
  return z.enum(words as readonly [Word, ...Word[]], {
    error: (issue) => {
      const meant = typeof issue.input === "string" ? nearest(issue.input, words) : undefined;
      return `must be ${inWords(words)}${meant ? `; did you mean "${meant}"?` : ""}`;
    },
  });
}

export function flag() {
  return z
    .string()
    .refine((value) => value === "true" || value === "false", "must be true or false")
    .transform((value) => value === "true")
    .meta({ is: { type: "boolean" } });
}

export function integer(minimum: number, maximum: number) {
  return z
    .string()
    .refine(
      (value) => /^-?[0-9]{1,15}$/.test(value) && Number(value) >= minimum && Number(value) <= maximum,
      `must be a whole number from ${minimum} to ${maximum}`,
    )
    .transform(Number)
    .meta({ is: { type: "integer", minimum, maximum } });
}

/** A list, or one item that stands for a list of one. */
export function listOf<Item extends z.ZodType>(item: Item, limit = 10_000) {
  const list = z.array(item).max(limit, `must have at most ${limit} items`);
  return z.union([list, item.transform((one) => [one])]);
}

/** A list, even for one item. */
export function strictList<Item extends z.ZodType>(item: Item, limit = 10_000) {
  return z.array(item).max(limit, `must have at most ${limit} items`);
}

/** A mapping whose keys are the user's own. Plain numbers and booleans are taken as the text they were written as. */
export function mapOf(key: RegExp, wanted: string) {
  const value = z
    .string()
    .max(32_768, "is too long")
    .meta({ is: { type: ["string", "number", "boolean"] } });
  return z.record(matching(key, wanted), value);
}

/** The JSON Schema (draft 7, which editors know best) of what may be written in the file. */
export function jsonSchemaOf(
  schema: z.ZodType,
  head: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { $schema, ...body } = z.toJSONSchema(schema, {
    target: "draft-07",
    io: "input",
    override: ({ jsonSchema }) => {
      const { is, description, wanted: _, ...rest } = jsonSchema as Record<string, unknown>;
      // A variable may stand wherever text may.
      if (typeof rest.pattern === "string") rest.pattern += "|\\$\\{";
      for (const key of Object.keys(jsonSchema)) delete (jsonSchema as Record<string, unknown>)[key];
      Object.assign(jsonSchema, description === undefined ? {} : { description }, is ?? rest);
    },
  });
  return { $schema, ...head, ...body };
}

/** `a`, `a or b`, `a, b or c`. */
export function inWords(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
