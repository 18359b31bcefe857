import { shellPattern } from "../../rootfs/glob.ts";
import type { Workspace } from "../workspace.ts";
import { arithmetic } from "./arithmetic.ts";
import { Puzzle, parseScript } from "./parse.ts";
import type { Command, Dialect, Piece, Redirection, SimpleCommand, Word } from "./syntax.ts";

/** A text, or undefined when nobody can know it from the packages alone. */
export type Value = string | undefined;
/** An exit status; undefined when it can't be known. */
export type Status = number | undefined;

/** What a command reads and where its output goes. Errors are not followed. */
export interface Io {
  readonly input: Input;
  readonly out: (text: Value) => void;
}

/** Text that is read bit by bit; shared by the commands of a loop. */
export interface Input {
  text: Value;
  at: number;
}

/** One call of an emulated command. */
export interface Call {
  readonly shell: Shell;
  readonly name: string;
  /** Without the name. */
  readonly args: readonly Value[];
  readonly io: Io;
}

/** Does natively what a command would do. @throws Unsure when this call is beyond it */
export type Emulation = (call: Call) => Status;

/** Thrown by an emulation that does not understand its call: nothing was done. */
export class Unsure extends Error {}

/** What reading a script brought to light; short phrases. */
export interface Findings {
  readonly handled: Set<string>;
  readonly harmless: Set<string>;
  /** Lines that were not understood, with the reason, in order. */
  readonly needs: { readonly line: number; readonly why: string }[];
}

const MAX_STEPS = 50_000;
const CHARACTERS_OF_A_STEP = 1000;
const MAX_CALLS = 40;
const MAX_TEXT = 1024 * 1024;
const MAX_NEEDS = 20;
const MAX_FIELDS = 10_000;

class Exit {
  readonly status: Status;
  constructor(status: Status) {
    this.status = status;
  }
}
class Return {
  readonly status: Status;
  constructor(status: Status) {
    this.status = status;
  }
}
class Leave {
  readonly kind: "break" | "continue";
  readonly levels: number;
  constructor(kind: "break" | "continue", levels: number) {
    this.kind = kind;
    this.levels = levels;
  }
}

const nothing: Input = { text: "", at: 0 };

/** Nothing of these outlives the build, or is read from the machine: writing there has no effect on the image. */
const transient = /^\/(?:tmp|var\/tmp|run|dev|proc|sys)(?:\/|$)/;
/** What mktemp names. */
export const scratchFile = "/tmp/scratch";

export function isTransient(path: string): boolean {
  return transient.test(path);
}

/**
 * Reads a maintainer script by working out, from its text and a tree of files alone, what a shell would do with it.
 * Nothing is executed: commands that are known are emulated over a {@link Workspace}, and what can't be known stays
 * unknown. Where a branch depends on something unknown and the branches differ in effect, reading stops there.
 */
export class Shell {
  variables: Map<string, Value>;
  positional: Value[];
  readonly functions = new Map<string, Command>();
  readonly workspace: Workspace;
  readonly findings: Findings = { handled: new Set(), harmless: new Set(), needs: [] };
  /** Answers of debconf, by question; undefined values are unknown. */
  answers: Map<string, Value>;
  errexit = false;
  noglob = false;
  dialect: Dialect = "posix";
  /** Whether it is called `sh`, and so ends where a special built-in fails; bash by its own name goes on. */
  posixly = true;
  umask = 0o022;
  scriptName = "";
  readonly #emulations: ReadonlyMap<string, Emulation>;
  #lastStatus: Status = 0;
  #steps = 0;
  #calls = 0;
  #locals: Map<string, Value>[] = [];
  #line = 1;

  constructor(
    workspace: Workspace,
    emulations: ReadonlyMap<string, Emulation>,
    environment: ReadonlyMap<string, string>,
    answers: Map<string, Value>,
  ) {
    this.workspace = workspace;
    this.#emulations = emulations;
    this.variables = new Map(environment);
    this.positional = [];
    this.answers = answers;
  }

  /** Reads a whole script. What it could not follow is in {@link findings}; it does not throw for that. */
  run(text: string, args: readonly string[], input = ""): void {
    this.positional = [...args];
    this.workspace.directory = "/";
    try {
      const first = text.slice(0, 200).split("\n", 1)[0] ?? "";
      this.errexit = /^#!.*\s-[a-z]*e/.test(first);
      this.#evaluate(
        parseScript(text, this.dialect),
        { input: { text: input, at: 0 }, out: () => {} },
        false,
      );
    } catch (error) {
      if (error instanceof Puzzle) this.need(error.line, error.message);
      else if (error instanceof Exit) {
        if (error.status !== 0 && error.status !== undefined) this.need(this.#line, "it would fail here");
      } else if (error instanceof RangeError) this.need(this.#line, "it is beyond what can be followed");
      else if (!(error instanceof Return) && !(error instanceof Leave)) throw error;
    } finally {
      this.workspace.directory = "/";
    }
  }

  /** The mode that a new file or directory gets; none for one that is there already. */
  created(path: string, mode: number): { mode?: number } {
    return this.workspace.resolve(path) ? {} : { mode: mode & ~this.umask };
  }

  need(line: number, why: string): void {
    if (this.findings.needs.length < MAX_NEEDS) this.findings.needs.push({ line, why });
  }

  get(name: string): Value {
    return this.variables.has(name) ? this.variables.get(name) : "";
  }

  declareLocal(name: string): void {
    const frame = this.#locals.at(-1);
    if (frame && !frame.has(name)) frame.set(name, this.get(name));
  }

  /** Whether a name is a function or an emulated command. */
  knows(name: string): boolean {
    return this.functions.has(name) || this.#emulations.has(name);
  }

  /** Runs text as if it stood here. */
  evaluateText(text: string, io: Io): Status {
    this.#nest();
    try {
      return this.#evaluate(parseScript(text, this.dialect), io, true);
    } catch (error) {
      if (error instanceof Puzzle) throw new Puzzle(this.#line, error.message);
      throw error;
    } finally {
      this.#calls -= 1;
    }
  }

  exit(status: Status): never {
    throw new Exit(status);
  }

  return(status: Status): never {
    throw new Return(status);
  }

  leave(kind: "break" | "continue", levels: number): never {
    throw new Leave(kind, levels);
  }

  get lastStatus(): Status {
    return this.#lastStatus;
  }

  /** Calls a command by its words, as `"$@"` would. */
  call(words: readonly Value[], io: Io): Status {
    const [name, ...args] = words;
    if (name === undefined) throw new Unsure("which command it calls is not known");
    const body = this.functions.get(name);
    if (body) return this.#callFunction(body, args, io);
    const emulation = this.#emulations.get(name) ?? this.#emulations.get(baseName(name));
    if (!emulation) throw new Unsure(`'${name}' is not known`);
    return emulation({ shell: this, name: baseName(name), args, io });
  }

  #nest(): void {
    this.#calls += 1;
    if (this.#calls > MAX_CALLS) throw new Puzzle(this.#line, "calls are nested too deeply");
  }

  #callFunction(body: Command, args: readonly Value[], io: Io): Status {
    this.#nest();
    const outer = this.positional;
    this.positional = [...args];
    this.#locals.push(new Map());
    try {
      return this.#evaluate(body, io, this.#tested);
    } catch (error) {
      if (error instanceof Return) return error.status;
      throw error;
    } finally {
      this.positional = outer;
      for (const [name, value] of this.#locals.pop() ?? []) this.variables.set(name, value);
      this.#calls -= 1;
    }
  }

  /** Whether the command now running is one whose failure is asked about. */
  #tested = false;

  /** Counts what a command reads as steps: a loop over a large file takes its time, too. */
  tookIn(text: Value): Value {
    this.#steps += Math.floor((text?.length ?? 0) / CHARACTERS_OF_A_STEP);
    if (this.#steps > MAX_STEPS) throw new Puzzle(this.#line, "it takes too many steps");
    return text;
  }

  #evaluate(command: Command, io: Io, tested: boolean): Status {
    this.#steps += 1;
    if (this.#steps > MAX_STEPS) throw new Puzzle(this.#line, "it takes too many steps");
    let status: Status;
    try {
      status = this.#dispatch(command, io, tested);
    } catch (error) {
      // Of a group, a loop, or the words of a `for`: a simple command has told of its own.
      if (!(error instanceof Unsure)) throw error;
      this.need(this.#line, error.message);
      status = undefined;
    }
    this.#lastStatus = status;
    return status;
  }

  #dispatch(command: Command, io: Io, tested: boolean): Status {
    switch (command.kind) {
      case "simple":
        return this.#simple(command, io, tested);
      case "list": {
        let status: Status = 0;
        for (const one of command.commands) status = this.#evaluate(one, io, tested);
        return status;
      }
      case "and":
      case "or": {
        const first = this.#evaluate(command.first, io, true);
        if (first === undefined)
          return this.#either(
            [(inner) => this.#evaluate(command.second, inner, tested), () => undefined],
            io,
            this.#line,
          );
        return (first === 0) === (command.kind === "and")
          ? this.#evaluate(command.second, io, tested)
          : first;
      }
      case "pipeline":
        return this.#pipeline(command, io, tested);
      case "if":
        return this.#if(command, 0, io, tested);
      case "case":
        return this.#case(command, io, tested);
      case "for":
        return this.#for(command, io, tested);
      case "while":
        return this.#while(command, io, tested);
      case "function":
        this.functions.set(command.name, command.body);
        return 0;
      case "group":
        return this.#evaluate(command.body, io, tested);
      case "subshell":
        return this.#subshell(() => this.#evaluate(command.body, io, tested));
      case "redirected":
        return this.#redirected(command.redirections, io, (inner) =>
          this.#evaluate(command.body, inner, tested),
        );
    }
  }

  /** Variables, directory and options changed inside do not reach outside; files do. */
  #subshell(body: () => Status): Status {
    const { variables, positional, errexit, noglob, umask } = this;
    const { directory } = this.workspace;
    this.variables = new Map(variables);
    try {
      return body();
    } catch (error) {
      if (error instanceof Exit) return error.status;
      throw error;
    } finally {
      Object.assign(this, { variables, positional, errexit, noglob, umask });
      this.workspace.directory = directory;
    }
  }

  #pipeline(command: Command & { kind: "pipeline" }, io: Io, tested: boolean): Status {
    let input = io.input;
    let status: Status = 0;
    const last = command.commands.length - 1;
    if (last === 0) status = this.#evaluate(command.commands[0] as Command, io, true);
    else
      command.commands.forEach((one, index) => {
        const collected = new Output();
        const inner = { input, out: index === last ? io.out : collected.add };
        status = this.#subshell(() => this.#evaluate(one, inner, index < last || tested || command.negated));
        input = { text: collected.text, at: 0 };
      });
    if (!command.negated) return status;
    return status === undefined ? undefined : status === 0 ? 1 : 0;
  }

  #if(command: Command & { kind: "if" }, index: number, io: Io, tested: boolean): Status {
    const branch = command.branches[index];
    if (!branch) return command.otherwise ? this.#evaluate(command.otherwise, io, tested) : 0;
    const condition = this.#evaluate(branch.condition, io, true);
    const body: Branch = (inner) => this.#evaluate(branch.body, inner, tested);
    const rest: Branch = (inner) => this.#if(command, index + 1, inner, tested);
    if (condition === undefined) return this.#either([body, rest], io, command.line);
    return condition === 0 ? body(io) : rest(io);
  }

  #case(command: Command & { kind: "case" }, io: Io, tested: boolean): Status {
    const value = this.expandText(command.word);
    const open: Branch[] = [];
    for (const branch of command.branches) {
      const run: Branch = (inner) => this.#evaluate(branch.body, inner, tested);
      const fits = branch.patterns.map((pattern) => this.#fits(pattern, value));
      if (fits.includes(true)) {
        open.push(run);
        return open.length === 1 ? run(io) : this.#either(open, io, command.line);
      }
      if (fits.includes(undefined)) open.push(run);
    }
    return open.length === 0 ? 0 : this.#either([...open, () => 0], io, command.line);
  }

  #fits(pattern: Word, value: Value): boolean | undefined {
    const text = this.#patternOf(pattern);
    if (text === "*") return true;
    return text === undefined || value === undefined ? undefined : shellPattern(text)(value);
  }

  #for(command: Command & { kind: "for" }, io: Io, tested: boolean): Status {
    const words = command.words
      ? command.words.flatMap((word) => this.expandFields(word))
      : [...this.positional];
    return this.#loop(function* (this: Shell) {
      for (const word of words) {
        this.variables.set(command.name, word);
        yield () => this.#evaluate(command.body, io, tested);
      }
    }, command.line);
  }

  #while(command: Command & { kind: "while" }, io: Io, tested: boolean): Status {
    return this.#loop(function* (this: Shell) {
      for (;;) {
        const condition = this.#evaluate(command.condition, io, true);
        const body: Branch = (inner) => this.#evaluate(command.body, inner, tested);
        if (condition === undefined) {
          yield () => this.#either([body, () => 0], io, command.line);
          return;
        }
        if ((condition === 0) === command.until) return;
        yield () => body(io);
      }
    }, command.line);
  }

  #loop(rounds: (this: Shell) => Iterable<() => Status>, line: number): Status {
    let status: Status = 0;
    this.#nest();
    try {
      for (const round of rounds.call(this)) {
        this.#steps += 1;
        if (this.#steps > MAX_STEPS) throw new Puzzle(line, "it takes too many steps");
        try {
          status = round();
        } catch (error) {
          if (!(error instanceof Leave)) throw error;
          if (error.levels > 1) throw new Leave(error.kind, error.levels - 1);
          status = 0;
          if (error.kind === "break") break;
        }
      }
    } finally {
      this.#calls -= 1;
    }
    return status;
  }

  /**
   * One of these happens, and nobody knows which. A branch that ends in failure is ruled out: the package installs.
   * When one is left, that happens; when all that are left change no file, it does not matter which.
   */
  #either(branches: readonly Branch[], io: Io, line: number): Status {
    const outcomes = branches.map((branch) => this.#try(branch, io));
    const possible = branches.filter((_, index) => outcomes[index]?.kind !== "failed");
    if (possible.length === 1) return (possible[0] as Branch)(io);
    const left = outcomes.filter((outcome) => outcome.kind === "passed");
    if (left.length !== possible.length || left.length === 0)
      throw new Puzzle(line, "what happens depends on something that the packages do not tell");
    const names = new Set(left.flatMap((outcome) => [...outcome.variables.keys()]));
    for (const name of names) {
      const values = left.map((outcome) => outcome.variables.get(name));
      this.variables.set(name, values.every((value) => value === values[0]) ? values[0] : undefined);
    }
    for (const outcome of left)
      for (const [question, value] of outcome.answers)
        if (this.answers.get(question) !== value) this.answers.set(question, undefined);
    const printed = new Set(left.map((outcome) => outcome.printed));
    if (printed.size > 1) io.out(undefined);
    else for (const text of printed) if (text !== "") io.out(text);
    const read = new Set(left.map((outcome) => outcome.read));
    if (read.size > 1) io.input.text = undefined;
    else for (const at of read) io.input.at = at;
    const statuses = left.map((outcome) => outcome.status);
    return statuses.every((status) => status === statuses[0]) ? statuses[0] : undefined;
  }

  #try(branch: Branch, io: Io): Outcome {
    const output = new Output();
    const input = { ...io.input };
    const restore = this.workspace.snapshot();
    const { version } = this.workspace;
    const { variables, positional, answers, errexit, noglob, umask } = this;
    const { directory } = this.workspace;
    const needs = this.findings.needs.length;
    const handled = [...this.findings.handled];
    const known = this.functions.size;
    this.variables = new Map(variables);
    this.answers = new Map(answers);
    let outcome: Outcome;
    try {
      const status = branch({ input, out: output.add });
      const changed =
        this.workspace.version !== version ||
        this.findings.needs.length > needs ||
        this.functions.size !== known;
      outcome = changed
        ? { kind: "changed" }
        : {
            kind: "passed",
            status,
            variables: this.variables,
            answers: this.answers,
            printed: output.text,
            read: input.at,
          };
    } catch (error) {
      if (error instanceof Exit && error.status !== 0 && error.status !== undefined)
        outcome = { kind: "failed" };
      else if (
        error instanceof Exit ||
        error instanceof Return ||
        error instanceof Leave ||
        error instanceof Puzzle
      )
        outcome = { kind: "changed" };
      else throw error;
    } finally {
      restore();
      Object.assign(this, { variables, positional, answers, errexit, noglob, umask });
      this.workspace.directory = directory;
      this.findings.needs.length = needs;
      this.findings.handled.clear();
      for (const phrase of handled) this.findings.handled.add(phrase);
    }
    return outcome;
  }

  #simple(command: SimpleCommand, io: Io, tested: boolean): Status {
    this.#line = command.line;
    const outerTested = this.#tested;
    this.#tested = tested;
    try {
      // Redirections of `exec` hold for the rest of the script.
      const elsewhere = command.redirections.some(({ operator }) => operator === ">" || operator === ">>");
      if (elsewhere && isText(command.words[0], "exec"))
        throw new Unsure("it writes everything that follows elsewhere");
      const status = this.#redirected(command.redirections, io, (inner) => this.#words(command, inner));
      if (status !== undefined && status !== 0 && !tested && this.errexit)
        throw new Puzzle(command.line, "it would fail here");
      return status;
    } catch (error) {
      if (!(error instanceof Unsure)) throw error;
      this.need(command.line, error.message);
      return undefined;
    } finally {
      this.#tested = outerTested;
    }
  }

  #words(command: SimpleCommand, io: Io): Status {
    const words = command.words.flatMap((word) => this.expandFields(word));
    this.#lastSubstitution = 0;
    const before = command.assignments.map(
      ({ name }) => [name, this.variables.has(name), this.variables.get(name)] as const,
    );
    for (const { name, value } of command.assignments) this.variables.set(name, this.expandText(value));
    if (words.length === 0) return this.#lastSubstitution;
    const status = this.call(words, io);
    for (const [name, had, value] of before) {
      if (had) this.variables.set(name, value);
      else this.variables.delete(name);
    }
    return status;
  }

  #lastSubstitution: Status = 0;

  #redirected(redirections: readonly Redirection[], io: Io, body: (io: Io) => Status): Status {
    let { input, out } = io;
    let file: { path: string; output: Output; append: boolean } | undefined;
    for (const { descriptor, operator, target } of redirections) {
      const text = this.expandText(target);
      if (operator === "<<") input = { text, at: 0 };
      else if (operator === "<" && descriptor === 0) {
        if (text === undefined) input = { text: undefined, at: 0 };
        else {
          if (!isTransient(text) && !this.workspace.resolve(text)) return 1;
          input = { text: text === "/dev/null" ? "" : this.workspace.text(text), at: 0 };
        }
      } else if (operator === ">" || operator === ">>") {
        if (text === undefined) throw new Unsure("where it writes is not known");
        if (descriptor === 1) out = () => {};
        if (isTransient(text)) {
          if (!text.startsWith("/dev/")) this.findings.harmless.add(`nothing of ${text} stays in an image`);
          // A later reader of it must not take it for something known.
          continue;
        }
        if (descriptor !== 1) throw new Unsure(`it writes its messages to ${text}`);
        const output = new Output();
        file = { path: text, output, append: operator === ">>" };
        out = output.add;
      } else if (operator === ">&" && descriptor === 1) {
        if (text !== "1" && text !== "2" && text !== "-") throw new Unsure("where it writes is not known");
        if (text === "2") out = () => {};
      }
    }
    const restore = file && this.workspace.snapshot();
    const status = body({ input, out });
    if (file) {
      const { path, output, append } = file;
      const before = append ? (this.workspace.resolve(path) ? this.workspace.text(path) : "") : "";
      if (output.text === undefined || before === undefined) {
        restore?.();
        // Nobody needs the log of a program that did not run.
        if (path.startsWith("/var/log/")) return status;
        throw new Unsure(`what it writes to ${path} is not known`);
      }
      if (!this.workspace.write(path, before + output.text, this.created(path, 0o666))) {
        this.findings.harmless.add(`cannot make ${path}: its folder is not there`);
        return 1;
      }
      this.findings.handled.add(`writes ${path}`);
    }
    return status;
  }

  /** One text, neither split nor matched against files. */
  expandText(word: Word): Value {
    let text = "";
    for (const piece of word) {
      const value = this.#expand(piece);
      if (value === undefined) return undefined;
      text += Array.isArray(value) ? value.join(" ") : value;
      if (text.length > MAX_TEXT) throw new Puzzle(this.#line, "a text grows too long");
    }
    return text;
  }

  /** The fields that a word becomes: expanded, split, matched against files. */
  expandFields(word: Word): Value[] {
    const fields: Field[] = [];
    let current: Field | undefined;
    const field = () => {
      if (!current) {
        current = { text: "", pattern: "", wild: false, known: true };
        fields.push(current);
      }
      return current;
    };
    const add = (text: string, quoted: boolean) => {
      const to = field();
      to.text += text;
      to.pattern += quoted ? text.replace(/[*?[\]\\]/g, "\\$&") : text;
      if (!quoted && /[*?[]/.test(text)) to.wild = true;
    };
    const addSplit = (value: string) => {
      const { parts, before, after } = split(value, this.get("IFS") ?? " \t\n");
      if (before) current = undefined;
      parts.forEach((part, index) => {
        if (index > 0) current = undefined;
        add(part, false);
      });
      if (after) current = undefined;
    };
    const [first] = word;
    if (first?.kind === "text" && !first.quoted && /^~[a-z_]*(?:\/|$)/.test(first.text))
      throw new Unsure("whose home it means is not known");
    for (const piece of word) {
      const value = this.#expand(piece);
      const quoted = piece.quoted;
      if (value === undefined) field().known = false;
      else if (Array.isArray(value)) {
        value.forEach((one, index) => {
          if (index > 0) current = undefined;
          if (one === undefined) field().known = false;
          else if (quoted) add(one, true);
          else addSplit(one);
        });
      } else if (quoted || piece.kind === "text") add(value, quoted);
      else addSplit(value);
    }
    if (fields.length > MAX_FIELDS) throw new Puzzle(this.#line, "a command has too many words");
    return fields.flatMap((one) => {
      if (!one.known) return [undefined];
      if (!one.wild || this.noglob) return [one.text];
      const found = this.workspace.glob(one.pattern);
      return found.length > 0 ? found : [one.text];
    });
  }

  #patternOf(word: Word): Value {
    let pattern = "";
    for (const piece of word) {
      const value = this.#expand(piece);
      if (value === undefined || Array.isArray(value)) return undefined;
      pattern += piece.quoted ? value.replace(/[*?[\]\\]/g, "\\$&") : value;
    }
    return pattern;
  }

  #expand(piece: Piece): Value | Value[] {
    switch (piece.kind) {
      case "text":
        return piece.text;
      case "arithmetic":
        return arithmetic(piece.text, (name) => this.get(name));
      case "substitution": {
        const output = new Output();
        this.#lastSubstitution = this.#subshell(() =>
          this.#evaluate(piece.body, { input: nothing, out: output.add }, true),
        );
        return output.text?.replace(/\n+$/, "");
      }
      case "parameter":
        return this.#parameter(piece);
    }
  }

  #parameter(piece: Piece & { kind: "parameter" }): Value | Value[] {
    const { name, operator } = piece;
    if (name === "@" || name === "*") {
      if (operator !== undefined) return undefined;
      if (name === "*" && piece.quoted) {
        const separator = (this.get("IFS") ?? " ").slice(0, 1);
        return this.positional.includes(undefined) ? undefined : this.positional.join(separator);
      }
      return this.positional.length === 0 && !piece.quoted ? "" : [...this.positional];
    }
    const value = this.#value(name) ?? (this.#isSet(name) ? undefined : "");
    const word = piece.word ?? [];
    if (operator === undefined) return value;
    if (operator === "length") return value === undefined ? undefined : String([...value].length);
    if (!this.#isSet(name) || value !== undefined) {
      const missing = operator.startsWith(":") ? !value : !this.#isSet(name);
      switch (operator.replace(":", "")) {
        case "-":
          return missing ? this.expandText(word) : value;
        case "=":
          if (missing) this.variables.set(name, this.expandText(word));
          return missing ? this.get(name) : value;
        case "?":
          if (missing) throw new Exit(1);
          return value;
        case "+":
          return missing ? "" : this.expandText(word);
      }
    } else if (!operator.startsWith("#") && !operator.startsWith("%")) return undefined;
    const pattern = this.#patternOf(word);
    if (value === undefined || pattern === undefined || value.length > 4096) return undefined;
    return trim(value, pattern, operator);
  }

  #isSet(name: string): boolean {
    if (/^[0-9]+$/.test(name)) return name === "0" || Number(name) <= this.positional.length;
    return /^[#?$!-]$/.test(name) || this.variables.has(name);
  }

  #value(name: string): Value {
    if (/^[0-9]+$/.test(name)) return name === "0" ? this.scriptName : this.positional[Number(name) - 1];
    if (name === "#") return String(this.positional.length);
    if (name === "?") return this.#lastStatus === undefined ? undefined : String(this.#lastStatus);
    if (name === "$" || name === "!" || name === "-") return undefined;
    return this.variables.get(name);
  }
}

/** What may happen next, with what it reads and where it prints. */
type Branch = (io: Io) => Status;

type Outcome =
  | {
      readonly kind: "passed";
      readonly status: Status;
      readonly variables: Map<string, Value>;
      readonly answers: Map<string, Value>;
      readonly printed: Value;
      /** Where its input was read to. */
      readonly read: number;
    }
  | { readonly kind: "changed" }
  | { readonly kind: "failed" };

interface Field {
  text: string;
  pattern: string;
  wild: boolean;
  known: boolean;
}

/** Collects what commands print; unknown once any part is. */
export class Output {
  text: Value = "";

  readonly add = (text: Value): void => {
    this.text = this.text === undefined || text === undefined ? undefined : this.text + text;
    if (this.text !== undefined && this.text.length > MAX_TEXT) this.text = undefined;
  };
}

/** `#` and `%` cut the shortest fitting start or end, `##` and `%%` the longest. */
function trim(value: string, pattern: string, operator: string): string {
  const fits = shellPattern(pattern);
  const cuts = Array.from({ length: value.length + 1 }, (_, index) => index);
  const longest = operator.length === 2;
  const start = operator.startsWith("#");
  if (start === longest) cuts.reverse();
  for (const cut of cuts) {
    if (start && fits(value.slice(0, cut))) return value.slice(cut);
    if (!start && fits(value.slice(cut))) return value.slice(0, cut);
  }
  return value;
}

function isText(word: Word | undefined, text: string): boolean {
  const [piece, ...more] = word ?? [];
  return more.length === 0 && piece?.kind === "text" && piece.text === text;
}

/**
 * Splits what an unquoted expansion gave into fields (POSIX.1-2017, Shell, 2.6.5): runs of blanks among the separators
 * count once, any other separator ends a field each time. Says, too, whether it begins or ends with a separator.
 */
function split(text: string, separators: string): { parts: string[]; before: boolean; after: boolean } {
  const parts: string[] = [];
  let part: string | undefined;
  let before = false;
  let ended: "by a blank" | "by another" | undefined;
  for (const character of text) {
    if (!separators.includes(character)) {
      part = (part ?? "") + character;
      ended = undefined;
    } else if (/[ \t\n]/.test(character)) {
      if (part !== undefined) {
        parts.push(part);
        ended = "by a blank";
      } else if (parts.length === 0) before = true;
      part = undefined;
    } else {
      // After a blank it only ends once more what the blank has ended already.
      if (part !== undefined || ended !== "by a blank") parts.push(part ?? "");
      part = undefined;
      ended = "by another";
    }
  }
  if (part !== undefined) parts.push(part);
  return { parts, before, after: ended !== undefined };
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
