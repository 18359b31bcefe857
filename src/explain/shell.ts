/** One word for a POSIX shell, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * The `printf` of a POSIX shell that writes exactly these bytes. They are a document, so they do not begin with a dash.
 * What is not printable ASCII stands as an octal escape: it can neither break the line nor do anything to a terminal.
 */
export function printed(bytes: Uint8Array): string {
  const format = Buffer.from(bytes)
    .toString("latin1")
    .replace(/[\\%]/g, (special) => special + special)
    .replaceAll("\n", "\\n")
    .replace(/[^ -~]/g, (other) => `\\${other.charCodeAt(0).toString(8).padStart(3, "0")}`);
  return `printf ${quoted(format)}`;
}

/** The same, without quotes where none are needed. */
export function word(text: string): string {
  return /^[A-Za-z0-9_.:@%+,/-][A-Za-z0-9_.:@%+,/=-]*$/.test(text) ? text : quoted(text);
}

/** Text, and what is put in from a variable of the script. */
export type Part = string | { readonly variable: string };

/** One word for a POSIX shell, some of it from variables. Nothing in it is history to an interactive one. */
export function wordOf(parts: readonly Part[]): string {
  if (parts.every((part) => typeof part === "string")) return word(parts.join(""));
  if (parts.some((part) => typeof part === "string" && /["`!\\\p{Cc}]/u.test(part)))
    return parts
      .filter((part) => part !== "")
      .map((part) => (typeof part === "string" ? word(part) : `"$${part.variable}"`))
      .join("");
  const inside = parts.map((part, at) => {
    if (typeof part === "string") return part.replaceAll("$", "\\$");
    const next = parts[at + 1];
    return typeof next === "string" && /^\w/.test(next) ? `\${${part.variable}}` : `$${part.variable}`;
  });
  return `"${inside.join("")}"`;
}

/** Commands that write lines into a file: in the script, each group of them has a line of its own. */
export function written(groups: readonly (readonly (readonly Part[])[])[], file: string): string[] {
  return ["printf '%s\\n' \\", ...groups.map((lines) => `  ${lines.map(wordOf).join(" ")} \\`), `  >${file}`];
}
