import { byText } from "../../bytes/text.ts";

export const metadataPath = "metadata.yaml";

/** What an incus image says of itself (incus, "Image format"). */
export interface IncusMetadata {
  /** In incus's words. */
  readonly architecture: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly properties: ReadonlyMap<string, string>;
  /** Files that incus would make from templates when an instance starts. */
  readonly templates: readonly string[];
}

/** Templates are never written. A property is one line: what would end or hide it becomes a space. */
export function encodeIncusMetadata({ architecture, created, properties }: IncusMetadata): Buffer {
  const lines = [...properties]
    .sort(([one], [other]) => byText(one, other))
    .map(([name, value]) => `  ${quoted(name)}: ${quoted(value)}\n`);
  const all = lines.length === 0 ? "" : `properties:\n${lines.join("")}`;
  return Buffer.from(`architecture: ${quoted(architecture)}\ncreation_date: ${created}\n${all}`);
}

/** A JSON string of printable characters is a YAML one. */
function quoted(text: string): string {
  return JSON.stringify(
    text
      .slice(0, 1000)
      .toWellFormed()
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\uFEFF\uFFFE\uFFFF]+/gu, " ")
      .trim(),
  );
}
