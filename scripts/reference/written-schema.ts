/** What zod says of the recipe's schema, as far as a page about it asks. */
export interface Written {
  readonly type?: string;
  readonly description?: string;
  /** For people: see src/build/yaml/shapes.ts. */
  readonly wanted?: string;
  readonly is?: {
    readonly type: string | readonly string[];
    readonly minimum?: number;
    readonly maximum?: number;
  };
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Written[];
  readonly oneOf?: readonly Written[];
  readonly items?: Written;
  readonly properties?: Readonly<Record<string, Written>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | Written;
}

/** What may stand there, as a phrase. */
export function wantedText(schema: Written): string {
  const { wanted, is, anyOf, items, properties, additionalProperties } = schema;
  const words = schema.enum ?? (schema.const === undefined ? [] : [schema.const]);
  if (words.length > 0) return oneOf(words.map((word) => `\`${word}\``));
  if (wanted !== undefined) return plain(wanted);
  const one = eitherOneOrList(schema);
  if (one !== undefined)
    return one.properties || one.oneOf ? "a mapping, or a list of them" : `${wantedText(one)}; or a list`;
  if (anyOf !== undefined) return anyOf.map(wantedText).join("; or ");
  if (items !== undefined) return items.properties ? "a list of mappings" : `a list of ${wantedText(items)}`;
  if (properties !== undefined) return "a mapping";
  if (additionalProperties) return `names, and for each ${wantedText(additionalProperties)}`;
  if (is?.type === "boolean") return "`true` or `false`";
  if (is?.minimum !== undefined) return `a whole number from ${is.minimum} to ${is.maximum}`;
  // What refers to itself: a tree of mappings.
  return schema.type === "string" ? "text" : "text, or a mapping of the same kind";
}

/** The keys that may stand there, of a mapping or of the mappings of a list. */
export function mappingIn(schema: Written): Written | undefined {
  if (schema.properties !== undefined) return schema;
  const inner = eitherOneOrList(schema) ?? schema.items ?? schema.anyOf?.find(({ properties }) => properties);
  return inner?.properties === undefined ? undefined : inner;
}

/** The item where one may stand for a list of one. */
export function eitherOneOrList({ anyOf }: Written): Written | undefined {
  const [list, one] = anyOf ?? [];
  return anyOf?.length === 2 && list?.items !== undefined && sameShape(list.items, one) ? one : undefined;
}

function sameShape(a: Written, b: Written | undefined): boolean {
  return JSON.stringify(Object.keys(a).sort()) === JSON.stringify(Object.keys(b ?? {}).sort());
}

/** What Markdown would take for its own. */
export function plain(text: string): string {
  return text.replace(/[|*<]/g, "\\$&");
}

function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
