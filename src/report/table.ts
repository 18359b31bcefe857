/** How wide a text may be, and whether headings may stand out. */
export interface Page {
  /** Columns. */
  readonly width: number;
  /** Whether nothing is cut, however wide: true where no terminal shows it. */
  readonly whole?: boolean;
  readonly color: boolean;
}

/** Text, or names of which the first few are shown. */
export type Cell = string | readonly string[];

export interface Column {
  readonly title: string;
  /** Numbers stand flush right. */
  readonly right?: true;
}

/** A line that stands out where colours may be used. */
export function heading(text: string, { color }: Page): string {
  return color ? `\u001b[1m${text}\u001b[22m` : text;
}

/** Names of a list that are shown. */
const shown = 3;

/**
 * Rows under titles, indented by two. Only the last column gives way when the page is too narrow: lists tell fewer
 * names, text is cut and ends in an ellipsis. Control characters are replaced; see {@link plain}.
 */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], page: Page): string[] {
  const last = columns.length - 1;
  const cells: (readonly Cell[])[] = [columns.map(({ title }) => title), ...rows];
  const texts = cells.map((row) => columns.map((_, column) => briefly(row[column] ?? "", shown)));
  const widths = columns.map((_, column) => Math.max(...texts.map((row) => (row[column] ?? "").length)));
  const fixed = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 2);
  const room = page.whole ? Number.POSITIVE_INFINITY : Math.max(page.width - fixed, 16);
  const lines = texts.map((row, index) => {
    const padded = columns.map(({ right }, column) => {
      const text = row[column] ?? "";
      if (column === last && !right) return fitting(cells[index]?.[last] ?? "", room);
      const width = widths[column] as number;
      return right ? text.padStart(width) : text.padEnd(width);
    });
    return `  ${padded.join("  ")}`.trimEnd();
  });
  return [dim(lines[0] as string, page), ...lines.slice(1)];
}

/** `a, b, c and 4 more`: as many names as fit, at least one. */
function fitting(cell: Cell, width: number): string {
  for (let most = shown; most > 1; most -= 1) {
    const text = briefly(cell, most);
    if (text.length <= width) return text;
  }
  return cut(briefly(cell, 1), width);
}

function briefly(cell: Cell, most: number): string {
  if (typeof cell === "string") return plain(cell);
  const more = cell.length > most ? ` and ${cell.length - most} more` : "";
  return plain(`${cell.slice(0, most).join(", ")}${more}`);
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
