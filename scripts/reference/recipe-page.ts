import { z } from "zod";
import { recipeSchema } from "../../src/build/recipe/schema.ts";
import { locationMeanings, locationShapes, type Transport } from "../../src/images/location.ts";
import { recipeExamples } from "./recipe-examples.ts";
import { eitherOneOrList, mappingIn, plain, type Written, wantedText } from "./written-schema.ts";

const introduction = `# The recipe

<!-- Written by \`node scripts/manual.ts\` from the recipe's schema; a test keeps the two equal. -->

\`tare.yaml\` says what goes into an image. \`tare init\` writes one to start from, and [examples](../examples/) has more.
It is YAML 1.2. A key that is not known is refused. Where a list may stand, one item may stand by itself. Paths of this
machine start at the recipe's folder; what goes into the image lies in it, while keys and \`.repo\` files, which are only
read, may lie anywhere. Paths of the image are absolute.

With this line at its top, editors complete and check it:

\`\`\`yaml
# yaml-language-server: $schema=PATH/TO/schema/tare.schema.json
\`\`\`
`;

/** `docs/recipe.md` */
export function recipePage(): string {
  const schema = z.toJSONSchema(recipeSchema, { target: "draft-07", io: "input" }) as Written;
  const keys = Object.entries(schema.properties ?? {});
  const overview = keys.map(
    ([key, value]) =>
      `| [\`${key}\`](#${key}) | ${described(value)}${schema.required?.includes(key) ? "; needed" : ""} |`,
  );
  const sections = keys.flatMap(([key, value]) => sectionOf(key, value));
  return `${[introduction, "| key | what it says |", "| --- | --- |", ...overview, "", ...sections].join("\n").trimEnd()}\n`;
}

function sectionOf(key: string, schema: Written): string[] {
  return [
    `## ${key}`,
    "",
    `${described(schema)}.`,
    "",
    `What may stand there: ${wantedText(schema)}.`,
    "",
    ...example(key),
    ...tables(key, schema),
    ...(key === "to" ? locations() : []),
  ];
}

function tables(key: string, schema: Written): string[] {
  const kinds = eitherOneOrList(schema)?.oneOf;
  if (kinds !== undefined)
    return kinds.flatMap((kind) => {
      const from = wantedText(kind.properties?.from ?? {});
      const name = from.replaceAll("`", "");
      return [`### from: ${name}`, "", ...example(`${key} ${name}`), ...table(kind), ""];
    });
  const mapping = mappingIn(schema);
  return mapping === undefined ? [] : [...table(mapping), ""];
}

function table(mapping: Written): string[] {
  return ["| key | what may stand there | what it does |", "| --- | --- | --- |", ...rows("", mapping)];
}

/** Keys of mappings in it follow behind it, with its name in front of theirs. */
function rows(before: string, { properties = {}, required = [] }: Written): string[] {
  return Object.entries(properties).flatMap(([key, value]) => {
    const inner = mappingIn(value);
    const needed = required.includes(key) ? "; needed" : "";
    const own = `| \`${before}${key}\` | ${wantedText(value)} | ${described(value)}${needed} |`;
    return [own, ...(inner === undefined ? [] : rows(`${before}${key}.`, inner))];
  });
}

function locations(): string[] {
  const known = Object.entries(locationShapes) as [Transport, string][];
  return [
    "| location | what it is |",
    "| --- | --- |",
    ...known.map(([kind, shape]) => `| \`${shape}\` | ${plain(locationMeanings[kind])} |`),
    "",
  ];
}

function example(key: string): string[] {
  const text = recipeExamples[key];
  return text === undefined ? [] : ["```yaml", text.trim(), "```", ""];
}

function described({ description = "" }: Written): string {
  return plain(description);
}
