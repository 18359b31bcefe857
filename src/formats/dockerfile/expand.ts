import { Pattern, replaced, trimmed } from "./pattern.ts";
import type { Refuse } from "./refuse.ts";
import { isSpace } from "./space.ts";
import type { Escape } from "./split-words.ts";

/** Values by name. */
export type Variables = ReadonlyMap<string, string>;

export interface Expansion {
  readonly variables: Variables;
  readonly escapeToken: Escape;
  readonly refuse: Refuse;
  /** Quotes are taken away; or they stay; or they are characters like any other. */
  readonly quotes?: "keep" | "plain";
  readonly keepEscapes?: true;
  /** Unknown variables stay as they are written, instead of being empty. */
  readonly keepUnknown?: true;
}

/** Longest result of one expansion, in characters: `ENV X=$X$X`, often enough, would fill the memory. */
const resultLimit = 1 << 20;
const depthLimit = 50;
/** The end of the text, where no character ends a search. */
const end = undefined;

/**
 * Quotes, escapes and variables of one argument, as BuildKit's `shell.Lex` takes them (frontend/dockerfile/shell):
 * `$X`, `${X}`, `${X:-word}` and its likes, `${X#pattern}`, `${X%pattern}`, `${X/pattern/replacement}`.
 * @throws BAD_DOCKERFILE, through `refuse`
 */
export function expand(text: string, how: Expansion): string {
  return new Lexer(text, how).run().text;
}

/** The same, split into words at spaces that are not quoted; those that variables bring part words, too. */
export function expandWords(text: string, how: Expansion): readonly string[] {
  return new Lexer(text, how).run().words;
}

class Lexer {
  readonly #source: string;
  readonly #characters: readonly string[];
  readonly #how: Expansion;
  #at = 0;
  #depth = 0;
  #keepEscapes: boolean;

  constructor(source: string, how: Expansion) {
    this.#source = source;
    this.#characters = [...source];
    this.#how = how;
    this.#keepEscapes = how.keepEscapes === true;
  }

  run() {
    return this.#until(end, this.#keepEscapes);
  }

  #refuse(why: string): never {
    return this.#how.refuse(`${JSON.stringify(shortened(this.#source))} cannot be understood: ${why}`);
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #next(): string | undefined {
    const character = this.#characters[this.#at];
    if (character !== undefined) this.#at += 1;
    return character;
  }

  #until(stop: string | undefined, keepEscapes: boolean): { text: string; words: readonly string[] } {
    if (this.#depth > depthLimit) this.#refuse("its substitutions are nested too deeply");
    const before = this.#keepEscapes;
    this.#keepEscapes = keepEscapes;
    this.#depth += 1;
    const words = new Words();
    let text = "";
    for (let character = this.#peek(); character !== end; character = this.#peek()) {
      if (character === stop) break;
      if (character === "$") {
        const value = this.#dollar();
        text += value;
        words.add(value);
      } else if (character === "<") {
        const value = this.#possibleHeredoc();
        text += value;
        words.addRaw(value);
      } else if (this.#how.quotes !== "plain" && (character === "'" || character === '"')) {
        const value = character === "'" ? this.#singleQuoted() : this.#doubleQuoted();
        text += value;
        words.addRaw(value);
      } else {
        this.#at += 1;
        if (character !== this.#how.escapeToken) {
          text += character;
          words.add(character);
        } else {
          const escaped = this.#next();
          const value = (keepEscapes ? character : "") + (escaped ?? "");
          text += value;
          words.addRaw(value);
        }
      }
      if (text.length > resultLimit) this.#refuse(`it becomes longer than ${resultLimit} characters`);
    }
    if (stop !== end && this.#next() !== stop) this.#refuse(`a ${stop} is missing`);
    this.#depth -= 1;
    this.#keepEscapes = before;
    return { text, words: words.all() };
  }

  #singleQuoted(): string {
    const from = this.#at + 1;
    const to = this.#characters.indexOf("'", from);
    if (to < 0) this.#refuse("a closing ' is missing");
    this.#at = to + 1;
    return this.#quoted("'", this.#characters.slice(from, to).join(""));
  }

  #doubleQuoted(): string {
    const { escapeToken } = this.#how;
    let text = "";
    this.#at += 1;
    while (true) {
      const character = this.#peek();
      if (character === end) this.#refuse('a closing " is missing');
      if (character === "$") {
        text += this.#dollar();
        continue;
      }
      this.#at += 1;
      if (character === '"') return this.#quoted('"', text);
      if (character !== escapeToken) text += character;
      else {
        // Only these can be escaped here; before all others the escape is itself.
        const following = this.#peek();
        const escapes = following === '"' || following === "$" || following === escapeToken;
        if (this.#keepEscapes) text += character;
        if (following === end) continue;
        if (escapes) this.#at += 1;
        text += escapes ? following : character;
      }
    }
  }

  #quoted(quote: string, text: string): string {
    return this.#how.quotes === "keep" ? quote + text + quote : text;
  }

  /** Spaces after `<<` belong to the word. */
  #possibleHeredoc(): string {
    this.#at += 1;
    if (this.#peek() !== "<") return "<";
    this.#at += 1;
    let text = "<<";
    for (let space = this.#peek(); space === " " || space === "\t" || space === "\r"; space = this.#peek()) {
      text += space;
      this.#at += 1;
    }
    return text;
  }

  #dollar(): string {
    this.#at += 1;
    if (this.#peek() !== "{") {
      const name = this.#name();
      return name === "" ? "$" : this.#valueOr(name, `$${name}`);
    }
    this.#at += 1;
    const first = this.#peek();
    if (first === end) this.#refuse("a } is missing");
    if (first === "{" || first === "}" || first === ":") this.#refuse(`\${${first} is no substitution`);
    const name = this.#name();
    const operator = this.#next();
    if (operator === "}") return this.#valueOr(name, `\${${name}}`);
    if (operator === "/") return this.#replacement(name);
    if (operator === ":") return this.#alternative(name, this.#next(), true);
    return this.#alternative(name, operator, false);
  }

  #valueOr(name: string, written: string): string {
    return this.#how.variables.get(name) ?? (this.#how.keepUnknown ? written : "");
  }

  #alternative(name: string, operator: string | undefined, emptyIsUnset: boolean): string {
    const isPattern = operator === "#" || operator === "%";
    const written = `${emptyIsUnset ? ":" : ""}${operator ?? ""}`;
    const known = operator === "+" || operator === "-" || operator === "?" || (isPattern && !emptyIsUnset);
    if (!known)
      this.#refuse(operator === end ? "a } is missing" : `there is no substitution \${X${written}…}`);
    const { text: word } = this.#until("}", isPattern);
    const value = this.#how.variables.get(name);
    if (this.#how.keepUnknown && value === undefined) return `\${${name}${written}${word}}`;
    const isSet = value !== undefined && !(emptyIsUnset && value === "");
    if (operator === "-") return isSet ? value : word;
    if (operator === "+") return isSet ? word : "";
    if (operator === "?") {
      if (isSet) return value;
      return this.#refuse(
        `${name}: ${word === "" ? `it must ${value === "" ? "not be empty" : "be set"}` : word}`,
      );
    }
    const longest = word.startsWith(operator as string);
    const pattern = this.#pattern(longest ? word.slice(1) : word, value ?? "", 1);
    return trimmed(value ?? "", pattern, operator === "#" ? "prefix" : "suffix", longest);
  }

  #replacement(name: string): string {
    const all = this.#peek() === "/";
    if (all) this.#at += 1;
    const { text: glob } = this.#until("/", true);
    const { text: replacement } = this.#until("}", true);
    const value = this.#how.variables.get(name);
    if (this.#how.keepUnknown && value === undefined) return `\${${name}/${glob}/${replacement}}`;
    const pattern = this.#pattern(glob, value ?? "", (value ?? "").length);
    return replaced(value ?? "", pattern, replacement, all);
  }

  #pattern(glob: string, value: string, starts: number): Pattern {
    const pattern = Pattern.parse(glob);
    if (pattern === undefined) return this.#refuse(`the pattern ${glob} escapes what needs no escape`);
    if (pattern.isTooMuchFor(value.length, starts)) this.#refuse("that is too long to search in");
    return pattern;
  }

  /** Letters, digits and `_`; or digits alone; or one of the shell's special parameters. */
  #name(): string {
    const first = this.#peek();
    if (first === end) return "";
    if ("@*#?-$!".includes(first)) {
      this.#at += 1;
      return first;
    }
    const member = /^\p{Nd}$/u.test(first) ? /^\p{Nd}$/u : /^[\p{L}\p{Nd}_]$/u;
    let name = "";
    for (let next: string | undefined = first; next !== end && member.test(next); next = this.#peek()) {
      name += next;
      this.#at += 1;
    }
    return name;
  }
}

class Words {
  readonly #words: string[] = [];
  #word = "";

  add(text: string): void {
    for (const character of text)
      if (isSpace(character)) this.#end();
      else this.#word += character;
  }

  addRaw(text: string): void {
    this.#word += text;
  }

  all(): readonly string[] {
    this.#end();
    return this.#words;
  }

  #end(): void {
    if (this.#word !== "") this.#words.push(this.#word);
    this.#word = "";
  }
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
