import { byText } from "../bytes/text.ts";
import type { BuildResult, BuiltImage } from "../model/result.ts";
import type { ScriptCoverage } from "../model/rootfs.ts";
import { count, humanSize, humanTime } from "./size.ts";
import { heading, type Page, paragraph, table } from "./table.ts";

const biggest = 5;

/** What a build made, for a terminal. The JSON of the same is the result itself. */
export function buildReport(result: BuildResult, page: Page): string {
  const lines: string[] = [];
  for (const image of result.images) lines.push(...imageLines(result.name, image, page), "");
  if (result.index) lines.push(`Index ${result.index} over ${count(result.images.length, "platform")}`, "");
  if (result.written.length > 0) {
    lines.push(heading("Written", page));
    const rows = result.written.map(({ location, size }) => [humanSize(size), location]);
    lines.push(...table([{ title: "size", right: true }, { title: "location" }], rows, page), "");
  }
  const total = result.timing.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const stages = result.timing.map(({ stage, milliseconds }) => `${stage} ${humanTime(milliseconds)}`);
  lines.push(
    ...paragraph(`Took ${humanTime(total)}${stages.length > 1 ? `: ${stages.join(", ")}` : ""}.`, "", page),
  );
  return `${lines.join("\n")}\n`;
}

function imageLines(name: string, image: BuiltImage, page: Page): string[] {
  const { layers, packages, platform, digest, leftOut } = image;
  const stored = layers.reduce((sum, layer) => sum + layer.size, 0);
  const plain = layers.reduce((sum, layer) => sum + layer.uncompressedSize, 0);
  const lines = [
    heading(`${name} ${platform}`, page),
    `  ${digest}`,
    `  ${count(packages.length, "package")} in ${count(layers.length, "layer")}: ${humanSize(stored)} compressed, ${humanSize(plain)} unpacked`,
    ...(leftOut.entries > 0
      ? [`  left out: ${count(leftOut.entries, "entry", "entries")} of packages, ${humanSize(leftOut.size)}`]
      : []),
  ];
  if (layers.length > 0) {
    const rows = layers.map((layer) => [
      layer.digest.replace(/^[a-z0-9]+:/, "").slice(0, 12),
      humanSize(layer.size),
      humanSize(layer.uncompressedSize),
      layer.holds,
    ]);
    lines.push("", heading("Layers", page));
    lines.push(
      ...table(
        [
          { title: "digest" },
          { title: layers[0]?.compression ?? "", right: true },
          { title: "unpacked", right: true },
          { title: "holds" },
        ],
        rows,
        page,
      ),
    );
  }
  if (packages.length > 0) {
    const top = packages.toSorted((a, b) => b.size - a.size || byText(a.name, b.name)).slice(0, biggest);
    lines.push("", heading(packages.length > biggest ? "Biggest packages" : "Packages", page));
    lines.push(
      ...table(
        [{ title: "unpacked", right: true }, { title: "package" }, { title: "version" }],
        top.map((one) => [humanSize(one.size), one.name, one.version]),
        page,
      ),
    );
  }
  return [...lines, ...coverageLines(image.coverage, page)];
}

/** Counts of what is settled, and each script that is not. */
function coverageLines(coverage: readonly ScriptCoverage[], page: Page): string[] {
  if (coverage.length === 0) return [];
  const having = (verdict: ScriptCoverage["verdict"]) => coverage.filter((one) => one.verdict === verdict);
  const open = having("needs-you");
  const lines = [
    "",
    heading("Scripts of packages, none of which ran", page),
    `  ${having("handled").length} handled natively, ${having("harmless").length} harmless, ${open.length} for you to look at`,
  ];
  for (const { package: name, script, notes } of open) {
    lines.push(`  ${name} ${script}`);
    for (const note of notes) lines.push(...paragraph(note, "    ", page));
  }
  return lines;
}
