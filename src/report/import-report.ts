import type { ImportResult } from "../model/imported.ts";
import { count, humanSize } from "./size.ts";
import { heading, type Page, plain } from "./table.ts";

/** What was imported, for a terminal. The JSON of the same is the result itself. */
export function importReport(
  { name, platform, digest, entries, layer, saved }: ImportResult,
  page: Page,
): string {
  const { size, uncompressedSize, compression, asItCame } = layer;
  const stored = compression === "none" ? "uncompressed" : `${humanSize(size)} as ${compression}`;
  return [
    heading(plain(`${name} for ${platform}`), page),
    `  layer    ${count(entries, "entry", "entries")}, ${humanSize(uncompressedSize)}; ${stored}${asItCame ? ", as it came" : ""}`,
    `  diffID   ${layer.diffId}`,
    `  digest   ${digest}`,
    ...saved.map(({ location, bytes }) => `  written  ${plain(location)}, ${humanSize(bytes)}`),
    "",
  ].join("\n");
}
