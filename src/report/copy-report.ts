import type { CopyResult } from "../images/copy.ts";
import { humanSize } from "./size.ts";
import { heading, type Page, paragraph, plain } from "./table.ts";

/** What a copy did, for a terminal. The JSON of the same is the result itself. */
export function copyReport({ images, to, size, notes, keeps }: CopyResult, page: Page): string {
  const lines = images.flatMap(({ from, names, source, made, digest, platforms }) => [
    heading(plain(`${from} to ${to}`), page),
    ...(names.length === 0 ? [] : [`  named     ${plain(names.join(", "))}`]),
    `  platform  ${plain(platforms.join(", "))}`,
    `  digest    ${digest}${digest !== source ? "" : made ? ", made for it" : ", as it was"}${keeps === "configuration" ? " of the configuration" : ""}`,
  ]);
  return `${[...lines, `  written   ${humanSize(size)}`, ...notes.flatMap((note) => paragraph(note, "  ", page))].join("\n")}\n`;
}
