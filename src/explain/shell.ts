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
