/** How wide a text may be, and whether headings may stand out. */
export interface Page {
  /** Columns. */
  readonly width: number;
  readonly color: boolean;
}

export interface Column {
  readonly title: string;
  /** Numbers stand flush right. */
  readonly right?: true;
}

/** A line that stands out where colours may be used. */
export function heading(text: string, { color }: Page): string {
  return color ? `\u001b[1m${text}\u001b[22m` : text;
}

/**
 * Rows under titles, indented by two. Only the last column gives way when the page is too narrow: it is cut, and ends
 * in an ellipsis. Cells hold plain text without control characters; see {@link plain}.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  page: Page,
): string[] {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(plain))];
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const fixed = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 2);
  const last = columns.length - 1;
  const lines = cells.map((row) => {
    const texts = columns.map(({ right }, column) => {
      const text = row[column] ?? "";
      if (column === last && !right) return cut(text, Math.max(page.width - fixed, 16));
      const width = widths[column] as number;
      return right ? text.padStart(width) : text.padEnd(width);
    });
    return `  ${texts.join("  ")}`.trimEnd();
  });
  return [dim(lines[0] as string, page), ...lines.slice(1)];
}

/** As much as fits, with an ellipsis when something was left out. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`;
}

/** Breaks a paragraph into lines that fit, each after `indent`. */
export function paragraph(text: string, indent: string, { width }: Page): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of plain(text).split(" ")) {
    if (line.length > indent.length && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
    }
    line += line.length === indent.length ? word : ` ${word}`;
  }
  return [...lines, line];
}

/** Text from outside must not move the cursor of whoever reads it. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, "\ufffd");
}

function dim(text: string, { color }: Page): string {
  return color ? `\u001b[2m${text}\u001b[22m` : text;
}
