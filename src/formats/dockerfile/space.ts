/** Go's `unicode.IsSpace`, which decides where words end. JavaScript's `\s` is another set. */
export function isSpace(character: string): boolean {
  return /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/.test(character);
}

export function trimSpaceStart(text: string): string {
  let start = 0;
  while (start < text.length && isSpace(text[start] as string)) start += 1;
  return text.slice(start);
}

export function trimSpace(text: string): string {
  const from = trimSpaceStart(text);
  let end = from.length;
  while (end > 0 && isSpace(from[end - 1] as string)) end -= 1;
  return from.slice(0, end);
}

/** What parts arguments: narrower than {@link isSpace}. */
const blanks = /[\t\v\f\r ]+/;

export function splitAtBlanks(text: string): string[] {
  return text.split(blanks);
}

/** Before and after the first run of blanks; the second is undefined where there are none. */
export function cutAtBlanks(text: string): [string, string | undefined] {
  const found = blanks.exec(text);
  if (found === null) return [text, undefined];
  return [text.slice(0, found.index), text.slice(found.index + found[0].length)];
}
