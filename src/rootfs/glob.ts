/**
 * A shell pattern (`*`, `?`, `[…]`; POSIX 2.13) for one path segment as a test. A leading dot must be spelled out.
 */
export function globPattern(pattern: string): (name: string) => boolean {
  const test = shellPattern(pattern);
  const dotted = pattern.startsWith(".");
  return (name) => (dotted || !name.startsWith(".")) && test(name);
}

/**
 * A shell pattern for any text, as in `case`. A backslash quotes what follows. Matching takes time in proportion to
 * pattern times text, whatever the pattern.
 */
export function shellPattern(pattern: string): (text: string) => boolean {
  // Most texts differ within the plain beginning of most patterns.
  const [start = ""] = /^[^*?[\\]*/.exec(pattern) ?? [];
  const parts = partsOf(pattern.slice(start.length));
  return (text) => text.startsWith(start) && matches(parts, [...text.slice(start.length)]);
}

type Part =
  | { readonly kind: "any" }
  | { readonly kind: "one"; readonly test: (character: string) => boolean };

function partsOf(pattern: string): Part[] {
  const parts: Part[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] as string;
    if (character === "*") {
      if (parts.at(-1)?.kind !== "any") parts.push({ kind: "any" });
    } else if (character === "?") parts.push({ kind: "one", test: () => true });
    else if (character === "[") {
      const end = closingBracket(characters, at);
      if (end === undefined) parts.push(literal("["));
      else {
        parts.push({ kind: "one", test: bracket(characters.slice(at + 1, end)) });
        at = end;
      }
    } else if (character === "\\" && at + 1 < characters.length) {
      at += 1;
      parts.push(literal(characters[at] as string));
    } else parts.push(literal(character));
  }
  return parts;
}

function literal(wanted: string): Part {
  return { kind: "one", test: (character) => character === wanted };
}

function closingBracket(characters: readonly string[], open: number): number | undefined {
  const first = characters[open + 1] === "!" || characters[open + 1] === "^" ? open + 2 : open + 1;
  const end = characters.indexOf("]", first + 1);
  return end < 0 ? undefined : end;
}

function bracket(inside: readonly string[]): (character: string) => boolean {
  const negated = inside[0] === "!" || inside[0] === "^";
  const set = negated ? inside.slice(1) : inside;
  const ranges: [string, string][] = [];
  for (let at = 0; at < set.length; at += 1) {
    const from = set[at] as string;
    if (set[at + 1] === "-" && at + 2 < set.length) {
      ranges.push([from, set[at + 2] as string]);
      at += 2;
    } else ranges.push([from, from]);
  }
  return (character) => ranges.some(([from, to]) => character >= from && character <= to) !== negated;
}

/** Backtracks only to the last star, which is enough: an earlier one never needs to take more. */
function matches(parts: readonly Part[], name: readonly string[]): boolean {
  let at = 0;
  let part = 0;
  let star = -1;
  let mark = 0;
  while (at < name.length) {
    const current = parts[part];
    if (current?.kind === "any") {
      star = part;
      mark = at;
      part += 1;
    } else if (current?.kind === "one" && current.test(name[at] as string)) {
      part += 1;
      at += 1;
    } else if (star >= 0) {
      part = star + 1;
      mark += 1;
      at = mark;
    } else return false;
  }
  while (parts[part]?.kind === "any") part += 1;
  return part === parts.length;
}
