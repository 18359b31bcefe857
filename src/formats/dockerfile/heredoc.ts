import { expandWords } from "./expand.ts";

/** A document that stands in the Dockerfile itself: `<<EOF`, `<<-EOF`, `<<"EOF"`. */
export interface Heredoc {
  readonly name: string;
  /** Whether variables in it are replaced: not where its name is quoted. */
  readonly expand: boolean;
  /** Whether tabs at the beginnings of its lines are left out (`<<-`). */
  readonly chomp: boolean;
  /** With its line ends as they are written. */
  readonly content: string;
}

const none = new Map<string, string>();
const giveUp = (why: string): never => {
  throw new Error(why);
};

/** What a word announces, its content still empty; undefined when the word is no heredoc. */
export function heredocOf(word: string): Heredoc | undefined {
  const match = /^[0-9]*<<(-?)[\t\n\f\r ]*([^<]*)$/.exec(word);
  const rest = match?.[2] ?? "";
  if (match === null || rest === "") return undefined;
  try {
    const plain = words(rest, undefined);
    const raw = words(rest, "keep");
    const [name] = plain;
    if (plain.length !== 1 || name === undefined || raw.length !== 1) return undefined;
    const expand = quotesIn(name) === quotesIn(raw[0] ?? "");
    return { name, expand, chomp: match[1] === "-", content: "" };
  } catch {
    return undefined;
  }
}

function words(text: string, quotes: "keep" | undefined, keepEscapes = false): readonly string[] {
  return expandWords(text, {
    variables: none,
    escapeToken: "\\",
    refuse: giveUp,
    keepUnknown: true,
    ...(quotes && { quotes }),
    ...(keepEscapes && { keepEscapes }),
  });
}

function quotesIn(text: string): number {
  return text.split(/['"]/).length - 1;
}

/** All that a line announces, in order; a line whose quotes are not closed announces none. */
export function heredocsIn(line: string): Heredoc[] {
  if (!line.includes("<<")) return [];
  try {
    return words(line, "keep", true).flatMap((word) => heredocOf(word) ?? []);
  } catch {
    return [];
  }
}

/** The content, as files get it before variables are replaced. */
export function heredocText({ chomp, content }: Heredoc): string {
  return chomp ? content.replace(/^\t+/gm, "") : content;
}
