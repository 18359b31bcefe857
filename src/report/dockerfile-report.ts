import type { DockerfileResult } from "../model/dockerfile-result.ts";
import { count, humanSize, humanTime } from "./size.ts";
import { heading, type Page, plain, table } from "./table.ts";

/** What a build of a Dockerfile made, for a terminal. The JSON of the same is the result itself. */
export function dockerfileReport(result: DockerfileResult, page: Page): string {
  const lines: string[] = [];
  for (const { platform, digest, layers } of result.images) {
    const stored = layers.reduce((sum, { size }) => sum + size, 0);
    lines.push(heading(plain(`${result.name} ${platform}`), page), `  ${digest}`);
    lines.push(`  ${count(layers.length, "layer")}: ${humanSize(stored)}`, "");
    if (layers.length === 0) continue;
    const rows = layers.map((layer) => [
      layer.digest.replace(/^[a-z0-9]+:/, "").slice(0, 12),
      humanSize(layer.size),
      layer.holds,
    ]);
    lines.push(heading("Layers", page));
    lines.push(
      ...table([{ title: "digest" }, { title: "size", right: true }, { title: "from" }], rows, page),
      "",
    );
  }
  if (result.index) lines.push(`Index ${result.index} over ${count(result.images.length, "platform")}`, "");
  if (result.written.length > 0) {
    const rows = result.written.map(({ location, size }) => [humanSize(size), location]);
    lines.push(heading("Written", page));
    lines.push(...table([{ title: "size", right: true }, { title: "location" }], rows, page), "");
  }
  const total = result.timing.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return `${lines.join("\n")}\nTook ${humanTime(total)}.\n`;
}
