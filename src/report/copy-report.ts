import type { CopyResult } from "../images/copy.ts";
import { humanSize } from "./size.ts";
import { heading, type Page, paragraph, plain } from "./table.ts";

/** What a copy did, for a terminal. The JSON of the same is the result itself. */
export function copyReport({ images, to, size, notes, keeps }: CopyResult, page: Page): string {
  const lines = images.flatMap(({ from, names, source, made, digest, platforms }) => [
    heading(plain(`${from} to ${to}`), page),
    ...nameLine(names),
    `  platform  ${plain(platforms.join(", "))}`,
    `  digest    ${digest}${digest !== source ? "" : made ? ", made for it" : ", as it was"}${keeps === "configuration" ? " of the configuration" : ""}`,
  ]);
  return `${[...lines, `  written   ${humanSize(size)}`, ...notes.flatMap((note) => paragraph(shortDigests(note), "  ", page))].join("\n")}\n`;
}

/** A name has a tag, and so a colon; what has none is a tag alone. */
function nameLine(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const title = names.some((name) => name.includes(":")) ? "named" : "tag";
  return [`  ${title.padEnd(10)}${plain(names.join(", "))}`];
}

/** As people quote them, with the first 12 digits; the JSON has them whole. */
function shortDigests(text: string): string {
  return text.replace(/\b(sha(?:256|512):[0-9a-f]{12})[0-9a-f]{52,116}\b/g, "$1");
}
