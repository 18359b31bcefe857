/** The file beside others that sha256sum(1) checks them by, and importctl(1) what it pulls. */
export const sumsFile = "SHA256SUMS";

/** Whether a name can stand in such a file as it is: sha256sum writes others with escapes, which systemd does not read. */
export function isPlainName(name: string): boolean {
  return name !== "" && !/[\n\r\\/]/.test(name);
}

/** The sums with the one of the file `name` (a {@link isPlainName}) set: in its old line's place, or after all others. */
export function withSum(sums: string, name: string, hex: string): string {
  const line = `${hex}  ${name}`;
  const lines = sums.split("\n").filter((text) => text !== "");
  const at = lines.findIndex((text) => nameIn(text) === name);
  const others = lines.filter((text) => nameIn(text) !== name);
  return `${(at < 0 ? [...others, line] : others.toSpliced(at, 0, line)).join("\n")}\n`;
}

/** Undefined for a line that is no sum; it stays as it is. */
function nameIn(line: string): string | undefined {
  return /^[0-9a-fA-F]{64} [ *](.+)$/.exec(line)?.[1];
}
