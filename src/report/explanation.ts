import type { Explanation } from "../explain/explanation.ts";
import { humanSize } from "./size.ts";
import { heading, type Page, paragraph, plain, table } from "./table.ts";

/** An explanation for a terminal: numbered steps, each with its words, its table, its text and its commands. */
export function explanationText({ title, steps }: Explanation, page: Page): string {
  const lines = [heading(plain(title), page), ""];
  steps.forEach((step, index) => {
    lines.push(heading(`${index + 1}. ${plain(step.title)}`, page));
    for (const words of step.words) lines.push(...paragraph(words, "   ", page));
    if (step.rows) {
      const isSize = (column: number) => step.rows?.rows.some((row) => typeof row[column] === "number");
      const columns = step.rows.columns.map((name, column) =>
        isSize(column) ? { title: name, right: true as const } : { title: name },
      );
      const rows = step.rows.rows.map((row) =>
        row.map((cell) => (typeof cell === "number" ? humanSize(cell) : cell)),
      );
      lines.push("", ...table(columns, rows, page));
    }
    if (step.text) lines.push("", ...step.text.map((line) => `   ${plain(line)}`));
    if (step.commands.length > 0) lines.push("", ...step.commands.map((line) => `     ${plain(line)}`));
    lines.push("");
  });
  return `${lines.join("\n").trimEnd()}\n`;
}
