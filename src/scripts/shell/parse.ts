import { expandBraces } from "./braces.ts";
import type { Command, Dialect, Piece, Redirection, Word } from "./syntax.ts";

/** What stands in the way of reading a script: the line, and why. Never leaves this room. */
export class Puzzle extends Error {
  readonly line: number;

  constructor(line: number, why: string) {
    super(why);
    this.name = "Puzzle";
    this.line = line;
  }
}

const MAX_SCRIPT = 1024 * 1024;
const MAX_DEPTH = 64;
const nameStart = /[A-Za-z_]/;
const nameRest = /[A-Za-z0-9_]/;
const special = "@*#?-$!0123456789";
const closers = new Set(["then", "else", "elif", "fi", "do", "done", "esac", "}"]);
const openers = new Set(["if", "case", "for", "while", "until", "{", "function", "[[", "select"]);

/**
 * Reads a whole script. A dialect matters where the same text means something else: `&>FILE` in POSIX begins a job in
 * the background, `{a,b}` is a plain word. @throws Puzzle where it is not understood
 */
export function parseScript(text: string, dialect: Dialect = "posix"): Command {
  if (text.length > MAX_SCRIPT) throw new Puzzle(1, "the script is too long");
  const parser = new Parser(text, 1, 0, dialect);
  const body = parser.list();
  if (!parser.atEnd()) throw parser.puzzled();
  return body;
}

interface Heredoc {
  readonly delimiter: string;
  readonly strip: boolean;
  readonly quoted: boolean;
  readonly fill: (word: Word) => void;
}

class Parser {
  readonly text: string;
  at = 0;
  line: number;
  depth: number;
  readonly #dialect: Dialect;
  #heredocs: Heredoc[] = [];

  constructor(text: string, line: number, depth: number, dialect: Dialect) {
    this.text = text;
    this.line = line;
    this.depth = depth;
    this.#dialect = dialect;
  }

  atEnd(): boolean {
    this.#newlines();
    return this.at >= this.text.length;
  }

  puzzled(why = "this is not understood"): Puzzle {
    return new Puzzle(this.line, why);
  }

  /** Commands up to a word or operator that closes what surrounds them. */
  list(): Command {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw this.puzzled("it is nested too deeply");
    const commands: Command[] = [];
    for (;;) {
      this.#newlines();
      if (this.at >= this.text.length || this.#closes()) break;
      commands.push(this.#andOr());
      this.#blanks();
      if (this.#peek(";;")) break;
      if (this.#peek(";")) this.at += 1;
      else if (this.#peek("&")) throw this.puzzled("it starts a job in the background");
      else if (this.at < this.text.length && this.text[this.at] !== "\n" && !this.#closes())
        throw this.puzzled();
    }
    this.depth -= 1;
    return commands.length === 1 ? (commands[0] as Command) : { kind: "list", commands };
  }

  #closes(): boolean {
    if (this.text[this.at] === ")" || this.#peek(";;")) return true;
    const word = this.#bareWord();
    return word !== undefined && closers.has(word);
  }

  #andOr(): Command {
    let first = this.#pipeline();
    for (;;) {
      this.#blanks();
      const kind = this.#peek("&&") ? "and" : this.#peek("||") ? "or" : undefined;
      if (!kind) return first;
      this.at += 2;
      this.#newlines();
      first = { kind, first, second: this.#pipeline() };
    }
  }

  #pipeline(): Command {
    this.#blanks();
    let negated = false;
    while (this.#bareWord() === "!") {
      this.at += 1;
      negated = !negated;
      this.#blanks();
    }
    const commands = [this.#command()];
    for (;;) {
      this.#blanks();
      if (this.text[this.at] !== "|" || this.#peek("||")) break;
      this.at += 1;
      this.#newlines();
      commands.push(this.#command());
    }
    return commands.length === 1 && !negated
      ? (commands[0] as Command)
      : { kind: "pipeline", commands, negated };
  }

  #command(): Command {
    this.#blanks();
    const body = this.#compound();
    if (!body) return this.#simple();
    const redirections: Redirection[] = [];
    for (;;) {
      this.#blanks();
      const redirection = this.#redirection(redirections);
      if (!redirection) break;
    }
    return redirections.length > 0 ? { kind: "redirected", body, redirections } : body;
  }

  #compound(): Command | undefined {
    if (this.text[this.at] === "(") {
      this.at += 1;
      const body = this.list();
      this.#expect(")");
      return { kind: "subshell", body };
    }
    const word = this.#bareWord();
    if (word === undefined) return undefined;
    if (openers.has(word)) {
      const line = this.line;
      this.at += word.length;
      if (word === "{") {
        const body = this.list();
        this.#keyword("}");
        return { kind: "group", body };
      }
      if (word === "if") return this.#if(line);
      if (word === "while" || word === "until") {
        const condition = this.list();
        const body = this.#loopBody();
        return { kind: "while", condition, body, until: word === "until", line };
      }
      if (word === "for") return this.#for(line);
      if (word === "case") return this.#case(line);
      if (this.#dialect === "bash" && word === "function") {
        this.#blanks();
        return this.#function(this.#bareWord() ?? "", true);
      }
      if (this.#dialect === "bash" && word === "[[") {
        const condition = this.#condition(line);
        this.#keyword("]]");
        return condition;
      }
      throw this.puzzled(`'${word}' is not POSIX shell`);
    }
    return this.#function(word);
  }

  #if(line: number): Command {
    const branches: { condition: Command; body: Command }[] = [];
    let otherwise: Command | undefined;
    for (;;) {
      const condition = this.list();
      this.#keyword("then");
      branches.push({ condition, body: this.list() });
      const next = this.#bareWord();
      if (next === "elif") this.#keyword("elif");
      else {
        if (next === "else") {
          this.#keyword("else");
          otherwise = this.list();
        }
        this.#keyword("fi");
        return { kind: "if", branches, otherwise, line };
      }
    }
  }

  #for(line: number): Command {
    this.#blanks();
    const name = this.#bareWord();
    if (name === undefined) throw this.puzzled();
    this.at += name.length;
    this.#newlines();
    let words: Word[] | undefined;
    if (this.#bareWord() === "in") {
      this.at += 2;
      words = [];
      for (;;) {
        this.#blanks();
        const word = this.#word();
        if (!word) break;
        words.push(...this.#braced(word));
      }
    }
    this.#blanks();
    if (this.#peek(";")) this.at += 1;
    return { kind: "for", name, words, body: this.#loopBody(), line };
  }

  #loopBody(): Command {
    this.#newlines();
    this.#keyword("do");
    const body = this.list();
    this.#keyword("done");
    return body;
  }

  #case(line: number): Command {
    this.#blanks();
    const word = this.#word();
    if (!word) throw this.puzzled();
    this.#newlines();
    this.#keyword("in");
    const branches: { patterns: Word[]; body: Command }[] = [];
    for (;;) {
      this.#newlines();
      if (this.#bareWord() === "esac") break;
      if (this.at >= this.text.length) throw this.puzzled("a case has no end");
      if (this.#peek("(")) this.at += 1;
      const patterns: Word[] = [];
      for (;;) {
        this.#blanks();
        patterns.push(this.#word() ?? []);
        this.#blanks();
        if (!this.#peek("|")) break;
        this.at += 1;
      }
      this.#expect(")");
      branches.push({ patterns, body: this.list() });
      this.#newlines();
      if (this.#peek(";;")) this.at += 2;
      else if (this.#bareWord() !== "esac") throw this.puzzled();
    }
    this.#keyword("esac");
    return { kind: "case", word, branches, line };
  }

  /** What stands between `[[` and `]]` (bash, "Conditional Constructs"), as commands that come to the same. */
  #condition(line: number): Command {
    let first = this.#conditionPart(line);
    for (;;) {
      this.#newlines();
      const kind = this.#peek("&&") ? "and" : this.#peek("||") ? "or" : undefined;
      if (kind === undefined) return first;
      this.at += 2;
      const second = kind === "and" ? this.#conditionPart(line) : this.#condition(line);
      first = { kind, first, second };
    }
  }

  #conditionPart(line: number): Command {
    this.#newlines();
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw this.puzzled("it is nested too deeply");
    try {
      if (this.#bareWord() === "!") {
        this.at += 1;
        return { kind: "pipeline", commands: [this.#conditionPart(line)], negated: true };
      }
      if (this.#peek("(")) {
        this.at += 1;
        const body = this.#condition(line);
        this.#expect(")");
        return { kind: "group", body };
      }
      return this.#comparison(line);
    } finally {
      this.depth -= 1;
    }
  }

  /** Words are neither split nor matched against files; what stands behind `==` is a pattern. */
  #comparison(line: number): Command {
    const words: Word[] = [];
    for (;;) {
      this.#blanks();
      if (this.#bareWord() === "]]") break;
      const word = this.#word();
      if (!word) break;
      words.push(word);
    }
    const [left, operator, right] = words;
    const sign = plainText(operator ?? []);
    if (left !== undefined && right !== undefined && words.length === 3 && /^(?:==?|!=)$/.test(sign)) {
      const fits = { patterns: [right], body: simpleCommand(line, sign === "!=" ? "false" : "true") };
      const other = {
        patterns: [plainWord("*")],
        body: simpleCommand(line, sign === "!=" ? "true" : "false"),
      };
      return { kind: "case", word: left, branches: [fits, other], line };
    }
    if (words.length === 0 || words.length > 3 || /^(?:=~|[<>]|-[aov])$/.test(sign)) throw this.puzzled();
    const whole = words.map(
      (word): Word => [plainPiece(""), ...word.map((piece) => ({ ...piece, quoted: true }))],
    );
    const test = words.length === 1 ? [plainWord("test"), plainWord("-n")] : [plainWord("test")];
    return { kind: "simple", assignments: [], words: [...test, ...whole], redirections: [], line };
  }

  #function(name: string, named = false): Command | undefined {
    const start = this.at;
    const line = this.line;
    if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)) {
      if (named) throw this.puzzled();
      return undefined;
    }
    this.at += name.length;
    this.#blanks();
    if (this.text[this.at] === "(") {
      this.at += 1;
      this.#expect(")");
      this.#newlines();
      return { kind: "function", name, body: this.#command() };
    }
    if (named) {
      this.#newlines();
      return { kind: "function", name, body: this.#command() };
    }
    this.at = start;
    this.line = line;
    return undefined;
  }

  #simple(): Command {
    const line = this.line;
    const assignments: { name: string; value: Word }[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      this.#blanks();
      if (this.#redirection(redirections)) continue;
      const word = this.#word();
      if (!word) break;
      const assignment = words.length === 0 ? assignmentOf(word, this.#dialect) : undefined;
      if (assignment) assignments.push(assignment);
      else words.push(...this.#braced(word));
    }
    if (assignments.length + words.length + redirections.length === 0) throw this.puzzled();
    return { kind: "simple", assignments, words, redirections, line };
  }

  #braced(word: Word): readonly Word[] {
    if (this.#dialect !== "bash") return [word];
    const words = expandBraces(word);
    if (words === undefined) throw this.puzzled("an expansion of braces is not followed");
    return words;
  }

  /** Adds to `into` and says true when a redirection stood here. */
  #redirection(into: Redirection[]): boolean {
    const rest = this.text.slice(this.at, this.at + 8);
    const match =
      (this.#dialect === "bash" ? /^([0-9]?)(<<<)/.exec(rest) : null) ??
      /^([0-9]?)(<<-?|>>|>\||<&|>&|<>|<|>)/.exec(rest) ??
      (this.#dialect === "posix" ? null : /^()(&>)(?!>)/.exec(rest));
    if (!match) return false;
    const [whole, digit = "", operator = ""] = match;
    this.at += whole.length;
    this.#blanks();
    const target = this.#word();
    if (!target || operator === "<>") throw this.puzzled();
    const descriptor = digit === "" ? (operator.startsWith("<") ? 0 : 1) : Number(digit);
    if (operator === "<<<") {
      const line: Piece = { kind: "text", text: "\n", quoted: true };
      into.push({ descriptor, operator: "<<", target: [...target, line] });
    } else if (operator.startsWith("<<")) {
      const index = into.length;
      into.push({ descriptor, operator: "<<", target: [] });
      this.#heredocs.push({
        delimiter: plainText(target),
        strip: operator === "<<-",
        quoted: target.some((piece) => piece.kind === "text" && piece.quoted),
        fill: (body) => {
          into[index] = { descriptor, operator: "<<", target: body };
        },
      });
    } else if (
      operator === "&>" ||
      (operator === ">&" && digit === "" && this.#dialect !== "posix" && isFile(target))
    ) {
      into.push({ descriptor: 1, operator: ">", target });
      into.push({ descriptor: 2, operator: ">&", target: [{ kind: "text", text: "1", quoted: false }] });
    } else {
      const plain = operator === ">|" ? ">" : (operator as Redirection["operator"]);
      into.push({ descriptor, operator: plain, target });
    }
    return true;
  }

  #word(): Word | undefined {
    const pieces: Piece[] = [];
    const start = this.at;
    while (this.at < this.text.length) {
      const character = this.text[this.at] as string;
      if (" \t\n;&|<>()".includes(character)) break;
      this.#piece(pieces, character);
    }
    return this.at === start ? undefined : pieces;
  }

  /** One unquoted character, or the quoted or expanded part that it opens. */
  #piece(pieces: Piece[], character: string): void {
    if (character === "'") {
      const end = this.text.indexOf("'", this.at + 1);
      if (end < 0) throw this.puzzled("a quote has no end");
      const text = this.text.slice(this.at + 1, end);
      this.#advance(end + 1);
      pieces.push({ kind: "text", text, quoted: true });
    } else if (character === '"') {
      this.at += 1;
      pieces.push({ kind: "text", text: "", quoted: true });
      while (this.text[this.at] !== '"') this.#quotedPiece(pieces, '$`"\\\n');
      this.at += 1;
    } else if (character === "\\") {
      const next = this.text[this.at + 1];
      this.#advance(this.at + 2);
      if (next !== undefined && next !== "\n") append(pieces, next, true);
    } else if (character === "$" || character === "`") this.#expansion(pieces, false);
    else {
      append(pieces, character, false);
      this.#advance(this.at + 1);
    }
  }

  #quotedPiece(pieces: Piece[], escapable: string): void {
    const character = this.text[this.at];
    if (character === undefined) throw this.puzzled("a quote has no end");
    if (character === "\\") {
      const next = this.text[this.at + 1] ?? "";
      this.#advance(this.at + 2);
      if (next === "\n") return;
      append(pieces, escapable.includes(next) ? next : `\\${next}`, true);
    } else if (character === "$" || character === "`") this.#expansion(pieces, true);
    else {
      append(pieces, character, true);
      this.#advance(this.at + 1);
    }
  }

  #expansion(pieces: Piece[], quoted: boolean): void {
    if (this.text[this.at] === "`") {
      let end = this.at + 1;
      let raw = "";
      for (; this.text[end] !== "`"; end += 1) {
        if (end >= this.text.length) throw this.puzzled("a quote has no end");
        if (this.text[end] === "\\" && "$`\\".includes(this.text[end + 1] ?? " ")) end += 1;
        raw += this.text[end];
      }
      const inner = new Parser(raw, this.line, this.depth, this.#dialect);
      const body = inner.list();
      if (!inner.atEnd()) throw inner.puzzled();
      this.#advance(end + 1);
      pieces.push({ kind: "substitution", body, quoted });
      return;
    }
    const next = this.text[this.at + 1] ?? "";
    if (this.#peek("$((")) {
      const end = this.#arithmeticEnd(this.at + 3);
      pieces.push({ kind: "arithmetic", text: this.text.slice(this.at + 3, end), quoted });
      this.#advance(end + 2);
    } else if (next === "(") {
      this.at += 2;
      const body = this.list();
      this.#expect(")");
      pieces.push({ kind: "substitution", body, quoted });
    } else if (next === "{") this.#braces(pieces, quoted);
    else if (special.includes(next) && next !== "") {
      this.at += 2;
      pieces.push({ kind: "parameter", name: next, quoted });
    } else if (nameStart.test(next)) {
      let end = this.at + 1;
      while (nameRest.test(this.text[end] ?? "")) end += 1;
      pieces.push({ kind: "parameter", name: this.text.slice(this.at + 1, end), quoted });
      this.at = end;
    } else if (!quoted && (next === "'" || next === '"') && this.#dialect !== "posix")
      throw this.puzzled("a quote of bash is not followed");
    else {
      append(pieces, "$", quoted);
      this.at += 1;
    }
  }

  #arithmeticEnd(start: number): number {
    let open = 0;
    for (let at = start; at < this.text.length; at += 1) {
      if (this.text[at] === "(") open += 1;
      else if (this.text[at] !== ")") continue;
      else if (open > 0) open -= 1;
      else if (this.text[at + 1] === ")") return at;
      else break;
    }
    throw this.puzzled("an arithmetic expression has no end");
  }

  #braces(pieces: Piece[], quoted: boolean): void {
    const head = /^\$\{(#?)([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])(:?[-=?+]|##?|%%?)?/.exec(
      this.text.slice(this.at, this.at + 200),
    );
    if (!head) throw this.puzzled("an expansion is not POSIX shell");
    const [whole, length = "", name = "", operator] = head;
    this.at += whole.length;
    if (length !== "") {
      this.#expect("}");
      pieces.push({ kind: "parameter", name, operator: "length", quoted });
      return;
    }
    if (operator === undefined) {
      if (this.text[this.at] !== "}") throw this.puzzled("an expansion is not POSIX shell");
      this.at += 1;
      pieces.push({ kind: "parameter", name, quoted });
      return;
    }
    const word: Piece[] = [];
    // Quotes around it do not make a pattern plain (POSIX 2.6.2).
    const plain = quoted && !/[#%]/.test(operator);
    while (this.text[this.at] !== "}") {
      const character = this.text[this.at];
      if (character === undefined) throw this.puzzled("an expansion has no end");
      if (plain && character !== '"' && character !== "'") this.#quotedPiece(word, '$`"\\}');
      else this.#piece(word, character);
    }
    this.at += 1;
    pieces.push({ kind: "parameter", name, operator, word, quoted });
  }

  /** The plain word that stands here, without moving; undefined when it is quoted, expanded or absent. */
  #bareWord(): string | undefined {
    let end = this.at;
    while (end < this.text.length && !" \t\n;&|<>()".includes(this.text[end] as string)) {
      if ("'\"\\$`".includes(this.text[end] as string)) return undefined;
      end += 1;
    }
    return end === this.at ? undefined : this.text.slice(this.at, end);
  }

  #keyword(word: string): void {
    this.#newlines();
    if (this.#bareWord() !== word) throw this.puzzled(`'${word}' is missing`);
    this.at += word.length;
  }

  #expect(character: string): void {
    if (character === ")") this.#newlines();
    if (this.text[this.at] !== character) throw this.puzzled(`'${character}' is missing`);
    this.at += 1;
  }

  #peek(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  #blanks(): void {
    for (;;) {
      const character = this.text[this.at];
      if (character === " " || character === "\t") this.at += 1;
      else if (character === "\\" && this.text[this.at + 1] === "\n") this.#advance(this.at + 2);
      else if (character === "#") {
        const end = this.text.indexOf("\n", this.at);
        this.at = end < 0 ? this.text.length : end;
      } else return;
    }
  }

  #newlines(): void {
    for (;;) {
      this.#blanks();
      if (this.text[this.at] !== "\n") return;
      this.#advance(this.at + 1);
      const waiting = this.#heredocs;
      this.#heredocs = [];
      for (const one of waiting) this.#heredoc(one);
    }
  }

  #heredoc({ delimiter, strip, quoted, fill }: Heredoc): void {
    const from = this.line;
    let body = "";
    for (;;) {
      if (this.at >= this.text.length) throw this.puzzled("a here-document has no end");
      const end = this.text.indexOf("\n", this.at);
      const raw = this.text.slice(this.at, end < 0 ? this.text.length : end);
      this.#advance(end < 0 ? this.text.length : end + 1);
      const line = strip ? raw.replace(/^\t+/, "") : raw;
      if (line === delimiter) break;
      body += `${line}\n`;
    }
    if (quoted) {
      fill([{ kind: "text", text: body, quoted: true }]);
      return;
    }
    const inner = new Parser(body, from, this.depth, this.#dialect);
    const pieces: Piece[] = [{ kind: "text", text: "", quoted: true }];
    while (inner.at < body.length) inner.#quotedPiece(pieces, "$`\\");
    fill(pieces);
  }

  #advance(to: number): void {
    for (let at = this.at; at < to && at < this.text.length; at += 1)
      if (this.text[at] === "\n") this.line += 1;
    this.at = Math.min(to, this.text.length);
  }
}

function append(pieces: Piece[], text: string, quoted: boolean): void {
  const last = pieces.at(-1);
  if (last?.kind === "text" && last.quoted === quoted)
    pieces[pieces.length - 1] = { kind: "text", text: last.text + text, quoted };
  else pieces.push({ kind: "text", text, quoted });
}

/** Neither a descriptor nor what may become one. */
function isFile(word: Word): boolean {
  return word.every(({ kind }) => kind === "text") && !/^(?:[0-9]+|-)$/.test(plainText(word));
}

function plainText(word: Word): string {
  return word.map((piece) => (piece.kind === "text" ? piece.text : "")).join("");
}

function assignmentOf(word: Word, dialect: Dialect): { name: string; value: Word } | undefined {
  const first = word[0];
  if (first?.kind !== "text" || first.quoted) return undefined;
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(\+?)=/.exec(first.text);
  if (!match || (match[2] === "+" && dialect !== "bash")) return undefined;
  const name = match[1] as string;
  const rest = first.text.slice(match[0].length);
  const value: Piece[] = rest === "" ? [] : [{ kind: "text", text: rest, quoted: false }];
  if (match[2] === "+") value.unshift({ kind: "parameter", name, quoted: true });
  return { name, value: [...value, ...word.slice(1)] };
}

function plainPiece(text: string): Piece {
  return { kind: "text", text, quoted: true };
}

function plainWord(text: string): Word {
  return [{ kind: "text", text, quoted: false }];
}

function simpleCommand(line: number, name: string): Command {
  return { kind: "simple", assignments: [], words: [plainWord(name)], redirections: [], line };
}
