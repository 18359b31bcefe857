/** What one place of a pattern takes: a character, any one, or any run. */
type Token = { readonly literal: string } | "one" | "any";

/** More steps than this for one substitution are refused: patterns and values come from strangers. */
const stepLimit = 50_000_000;

/** The shell patterns of `${X#…}`, `${X%…}` and `${X/…/…}`: `*`, `?` and escapes, no sets. */
export class Pattern {
  readonly #tokens: readonly Token[];

  private constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Undefined for an escape of what needs none. */
  static parse(text: string): Pattern | undefined {
    const tokens: Token[] = [];
    const characters = [...text];
    for (let at = 0; at < characters.length; at += 1) {
      let character = characters[at] as string;
      if (character === "*" || character === "?") {
        tokens.push(character === "*" ? "any" : "one");
        continue;
      }
      if (character === "\\") {
        at += 1;
        character = characters[at] ?? "";
        if (!["*", "?", "\\", "}", "/"].includes(character)) return undefined;
      }
      tokens.push({ literal: character });
    }
    return new Pattern(tokens);
  }

  reversed(): Pattern {
    return new Pattern([...this.#tokens].reverse());
  }

  /** Whether a search in so many characters is too long a search. */
  isTooMuchFor(characters: number, starts: number): boolean {
    return characters * starts * (this.#tokens.length + 1) > stepLimit;
  }

  /** Where a match that begins at `start` ends, the shortest or the longest; undefined when there is none. */
  end(text: readonly string[], start: number, longest: boolean): number | undefined {
    let found: number | undefined;
    let states = this.#settled(new Set([0]));
    for (let at = start; states.size > 0; at += 1) {
      if (states.has(this.#tokens.length)) {
        found = at;
        if (!longest) break;
      }
      const character = text[at];
      if (character === undefined) break;
      const next = new Set<number>();
      for (const state of states) {
        const token = this.#tokens[state];
        if (token === undefined) continue;
        if (token === "any" && character !== "\n") next.add(state);
        else if (token === "one" && character !== "\n") next.add(state + 1);
        else if (typeof token === "object" && token.literal === character) next.add(state + 1);
      }
      states = this.#settled(next);
    }
    return found;
  }

  /** `*` may take nothing. */
  #settled(states: Set<number>): Set<number> {
    for (const state of states) if (this.#tokens[state] === "any") states.add(state + 1);
    return states;
  }
}

/** `text` without the prefix that matches, or without the suffix. */
export function trimmed(text: string, pattern: Pattern, end: "prefix" | "suffix", longest: boolean): string {
  const characters = [...text];
  if (end === "prefix") return characters.slice(pattern.end(characters, 0, longest) ?? 0).join("");
  const backwards = characters.reverse();
  const kept = backwards.slice(pattern.reversed().end(backwards, 0, longest) ?? 0);
  return kept.reverse().join("");
}

/** The first match replaced, or all of them; a match is as long as can be. */
export function replaced(text: string, pattern: Pattern, replacement: string, all: boolean): string {
  const characters = [...text];
  let result = "";
  let at = 0;
  let last = -1;
  while (at <= characters.length) {
    const end = pattern.end(characters, at, true);
    // An empty match right behind another is none.
    if (end !== undefined && (end > at || at !== last)) {
      result += replacement;
      last = end;
      if (!all) return result + characters.slice(end).join("");
      if (end > at) {
        at = end;
        continue;
      }
    }
    result += characters[at] ?? "";
    at += 1;
  }
  return result;
}
