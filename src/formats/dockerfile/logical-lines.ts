import { type Refuse, refuseAt } from "./refuse.ts";
import { trimSpace, trimSpaceStart } from "./space.ts";
import type { Escape } from "./split-words.ts";

/** What `# key=value` lines at the very top say. */
export interface Directives {
  readonly escapeToken: Escape;
  readonly syntax?: string;
  readonly check?: string;
}

/** Reads a Dockerfile line by line; the lines that a heredoc takes are taken out of its hands. */
export class LineReader {
  readonly #lines: readonly string[];
  readonly #file: string;
  readonly #directives = new Map<string, string>();
  #directivesOver = false;
  /** Lines read so far: the number of the last one. */
  #read = 0;

  constructor(text: string, file: string) {
    this.#file = file;
    const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
    this.#lines = plain.match(/[^\n]*\n|[^\n]+/g) ?? [];
  }

  get line(): number {
    return this.#read;
  }

  get directives(): Directives {
    const syntax = this.#directives.get("syntax");
    const check = this.#directives.get("check");
    return {
      escapeToken: this.#escape,
      ...(syntax !== undefined && { syntax }),
      ...(check !== undefined && { check }),
    };
  }

  get #escape(): Escape {
    return this.#directives.get("escape") === "`" ? "`" : "\\";
  }

  /** The next instruction with its continuation lines joined, and where it begins; undefined at the end. */
  next(): { readonly text: string; readonly line: number } | undefined {
    for (let raw = this.raw(); raw !== undefined; raw = this.raw()) {
      const first = trimSpaceStart(withoutEnd(raw));
      this.#directive(first);
      const line = this.#read;
      if (first === "" || first.startsWith("#")) continue;
      let { text, goesOn } = this.#continued(first);
      while (goesOn) {
        const following = this.raw();
        if (following === undefined) break;
        const more = withoutEnd(following);
        const start = trimSpaceStart(more);
        // Comments and empty lines do not end an instruction.
        if (start === "" || start.startsWith("#")) continue;
        const joined = this.#continued(more);
        text += joined.text;
        goesOn = joined.goesOn;
      }
      return { text, line };
    }
    return undefined;
  }

  /** One line as it stands, with its end. */
  raw(): string | undefined {
    const line = this.#lines[this.#read];
    if (line !== undefined) this.#read += 1;
    return line;
  }

  /** An escape as the last character but blanks continues a line, unless another one escapes it. */
  #continued(line: string): { text: string; goesOn: boolean } {
    let last = line.length - 1;
    while (last >= 0 && (line[last] === " " || line[last] === "\t")) last -= 1;
    const goesOn = line[last] === this.#escape && (last === 0 || line[last - 1] !== this.#escape);
    return goesOn ? { text: line.slice(0, last), goesOn } : { text: line, goesOn };
  }

  #directive(line: string): void {
    if (this.#directivesOver) return;
    const match = /^#[^\S\u0085]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=/.exec(line);
    const key = match?.[1]?.toLowerCase() ?? "";
    const value = match === null ? "" : trimSpace(line.slice(match[0].length));
    if (!["syntax", "escape", "check"].includes(key) || value === "") {
      this.#directivesOver = true;
      return;
    }
    const refuse: Refuse = refuseAt({ file: this.#file, line: this.#read });
    if (this.#directives.has(key)) refuse(`there may be one ${key} directive only`);
    if (key === "escape" && value !== "\\" && value !== "`")
      refuse(`the escape character must be \\ or \`, not ${JSON.stringify(value)}`);
    this.#directives.set(key, value);
  }
}

function withoutEnd(line: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === "\n" || line[end - 1] === "\r")) end -= 1;
  return line.slice(0, end);
}

/** A line without its end and, for `<<-`, without the tabs it begins with. */
export function terminatorOf(line: string, chomp: boolean): string {
  const plain = withoutEnd(line);
  if (!chomp) return plain;
  let start = 0;
  while (plain[start] === "\t") start += 1;
  return plain.slice(start);
}
