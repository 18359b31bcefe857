/** A pattern of Go's `filepath.Match` for one name: `*`, `?`, `[a-z]`, `[^a]`, and `\` before what is meant literally. */
export type NameTest = (name: string) => boolean;

type Token = "any" | ((character: string) => boolean);

export function hasWildcards(text: string): boolean {
  return /[*?[]/.test(text.replace(/\\./gs, ""));
}

/** The text that a pattern without wildcards stands for. */
export function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, "$1");
}

/** Undefined for a pattern that is none: a `[` without its `]`, or a `\` at the end. */
export function nameTest(pattern: string): NameTest | undefined {
  const tokens: Token[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] as string;
    if (character === "*") tokens.push("any");
    else if (character === "?") tokens.push(() => true);
    else if (character === "[") {
      const set = setAt(characters, at + 1);
      if (set === undefined) return undefined;
      tokens.push(set.test);
      at = set.end;
    } else {
      if (character === "\\") at += 1;
      const wanted = characters[at];
      if (wanted === undefined) return undefined;
      tokens.push((one) => one === wanted);
    }
  }
  return (name) => matches(tokens, [...name]);
}

function setAt(
  characters: readonly string[],
  from: number,
): { test: (character: string) => boolean; end: number } | undefined {
  const negated = characters[from] === "^";
  const ranges: [string, string][] = [];
  let at = negated ? from + 1 : from;
  const one = () => {
    if (characters[at] === "\\") at += 1;
    const character = characters[at];
    at += 1;
    return character;
  };
  while (characters[at] !== "]" || ranges.length === 0) {
    if (characters[at] === "-" || characters[at] === "]") return undefined;
    const low = one();
    let high = low;
    if (characters[at] === "-") {
      at += 1;
      high = one();
    }
    if (low === undefined || high === undefined) return undefined;
    ranges.push([low, high]);
  }
  return {
    test: (character) => ranges.some(([low, high]) => character >= low && character <= high) !== negated,
    end: at,
  };
}

/** Backtracks only to the last star, which is enough: an earlier one never needs to take more. */
function matches(tokens: readonly Token[], name: readonly string[]): boolean {
  let at = 0;
  let token = 0;
  let star = -1;
  let mark = 0;
  while (at < name.length) {
    const current = tokens[token];
    if (current === "any") {
      star = token;
      mark = at;
      token += 1;
    } else if (current?.(name[at] as string)) {
      token += 1;
      at += 1;
    } else if (star >= 0) {
      token = star + 1;
      mark += 1;
      at = mark;
    } else return false;
  }
  while (tokens[token] === "any") token += 1;
  return token === tokens.length;
}
