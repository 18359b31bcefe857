import { isSpace } from "./space.ts";

/** The character that escapes and that continues lines: a backslash, or a backtick where a directive says so. */
export type Escape = "\\" | "`";

/** Words as they are written: quotes and escapes stay in them, for the expansion to take away. */
export function splitWords(text: string, escapeToken: Escape): string[] {
  const words: string[] = [];
  const characters = [...text];
  let word = "";
  let quoted = false;
  let quote: string | undefined;
  let inWord = false;
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] as string;
    if (!inWord) {
      if (isSpace(character)) continue;
      inWord = true;
    }
    if (quote === undefined && isSpace(character)) {
      if (quoted || word !== "") words.push(word);
      [word, quoted, inWord] = ["", false, false];
      continue;
    }
    if (character === escapeToken && quote !== "'") {
      // At the end of the text an escape stands for nothing.
      const escaped = characters[at + 1];
      if (escaped === undefined) break;
      word += character + escaped;
      at += 1;
      continue;
    }
    if (quote === undefined && (character === "'" || character === '"')) {
      quote = character;
      quoted = true;
    } else if (character === quote) quote = undefined;
    word += character;
  }
  if (inWord && (quoted || word !== "")) words.push(word);
  return words;
}

/**
 * The `--flags` that arguments begin with, unquoted, and what follows them. `--` alone ends the flags.
 */
export function splitFlags(text: string, escapeToken: Escape): { flags: string[]; rest: string } {
  const flags: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (isSpace(text[at] as string)) {
      at += 1;
      continue;
    }
    if (!text.startsWith("--", at)) return { flags, rest: text.slice(at) };
    let flag = "";
    let quote: string | undefined;
    for (; at < text.length; at += 1) {
      const character = text[at] as string;
      if (quote === undefined && isSpace(character)) break;
      if (character === quote) quote = undefined;
      else if (quote === undefined && (character === "'" || character === '"')) quote = character;
      else if (character === escapeToken) {
        at += 1;
        flag += text[at] ?? "";
      } else flag += character;
    }
    if (flag === "--") return { flags, rest: text.slice(at) };
    flags.push(flag);
  }
  return { flags, rest: "" };
}
