import { type Call, type Emulation, isTransient, type Status, type Value } from "../shell/interpret.ts";
import type { Workspace } from "../workspace.ts";

/** Three-valued: undefined is "nobody knows". */
type Truth = boolean | undefined;

/** test(1) and `[`, without what depends on the running machine. */
export const test: Emulation = (call) => {
  const words = [...call.args];
  if (call.name === "[" && words.pop() !== "]") return 2;
  const expression = new Expression(words, call);
  const truth = expression.whole();
  return expression.isWrong ? 2 : statusOf(truth);
};

function statusOf(truth: Truth): Status {
  return truth === undefined ? undefined : truth ? 0 : 1;
}

function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

class Expression {
  readonly #words: readonly Value[];
  readonly #call: Call;
  #at = 0;

  constructor(words: readonly Value[], call: Call) {
    this.#words = words;
    this.#call = call;
  }

  whole(): Truth {
    const { length } = this.#words;
    if (length === 0) return false;
    // POSIX decides by the number of words, so that data that looks like an operator does no harm.
    if (length === 1) return this.#nonEmpty(this.#words[0]);
    const truth = this.#or();
    return this.#at === length ? truth : undefined;
  }

  /** Whether it ended at an operator that dash does not have. */
  get isWrong(): boolean {
    return this.#at < this.#words.length && this.#words[this.#at] === "==";
  }

  #nonEmpty(value: Value): Truth {
    return value === undefined ? undefined : value !== "";
  }

  #or(): Truth {
    let left = this.#and();
    while (this.#words[this.#at] === "-o") {
      this.#at += 1;
      const right = this.#and();
      left =
        left === true || right === true
          ? true
          : left === undefined || right === undefined
            ? undefined
            : false;
    }
    return left;
  }

  #and(): Truth {
    let left = this.#primary();
    while (this.#words[this.#at] === "-a") {
      this.#at += 1;
      const right = this.#primary();
      left =
        left === false || right === false
          ? false
          : left === undefined || right === undefined
            ? undefined
            : true;
    }
    return left;
  }

  #primary(): Truth {
    const words = this.#words;
    const first = words[this.#at];
    const second = words[this.#at + 1];
    if (second !== undefined && this.#isBinary(second) && this.#at + 2 < words.length) {
      const third = words[this.#at + 2];
      this.#at += 3;
      return this.#binary(first, second, third);
    }
    if (first === "!" && this.#at + 1 < words.length) {
      this.#at += 1;
      return not(this.#primary());
    }
    if (first === "(" && this.#at + 1 < words.length) {
      this.#at += 1;
      const inner = this.#or();
      if (words[this.#at] !== ")") return undefined;
      this.#at += 1;
      return inner;
    }
    if (first !== undefined && unary.has(first) && this.#at + 1 < words.length) {
      this.#at += 2;
      return this.#unary(first, second);
    }
    this.#at += 1;
    return this.#nonEmpty(first);
  }

  /** dash has no `==`: there it is a word too many. */
  #isBinary(word: string): boolean {
    return binary.has(word) && (word !== "==" || this.#call.shell.dialect !== "posix");
  }

  #binary(left: Value, operator: string, right: Value): Truth {
    if (left === undefined || right === undefined) return undefined;
    if (operator === "=" || operator === "==") return left === right;
    if (operator === "!=") return left !== right;
    if (operator === "<") return left < right;
    if (operator === ">") return left > right;
    const numeric = numbers.get(operator);
    if (numeric) {
      const [a, b] = [left.trim(), right.trim()];
      return /^-?[0-9]+$/.test(a) && /^-?[0-9]+$/.test(b) ? numeric(Number(a), Number(b)) : undefined;
    }
    const [a, b] = [this.#file(left, true), this.#file(right, true)];
    if (operator === "-ef") return a !== undefined && a?.path === b?.path;
    if (!a || !b) return operator === "-nt" ? a !== undefined && !b : b !== undefined && !a;
    return operator === "-nt" ? a.mtime > b.mtime : a.mtime < b.mtime;
  }

  #unary(operator: string, operand: Value): Truth {
    if (operator === "-t") return false;
    if (operand === undefined) return undefined;
    if (operator === "-z") return operand === "";
    if (operator === "-n") return operand !== "";
    return fileTest(this.#call.shell.workspace, operator, operand);
  }

  #file(path: string, follow: boolean) {
    return follow ? this.#call.shell.workspace.resolve(path) : this.#call.shell.workspace.lookup(path);
  }
}

/** A question about a path; undefined where the answer lies outside the image. */
export function fileTest(workspace: Workspace, operator: string, path: string): Truth {
  if (path === "") return false;
  // An image is built on no running system: there is no init to talk to, and no other process.
  if (/^\/run\/(?:systemd|openrc|udev|dbus)(?:\/|$)/.test(path)) return false;
  if (/^\/(?:proc|sys|dev)\/./.test(path) || (isTransient(path) && /^\/tmp\//.test(path))) return undefined;
  const link = operator === "-L" || operator === "-h";
  const node = link ? workspace.lookup(path) : workspace.resolve(path);
  if (!node) return false;
  switch (operator) {
    case "-L":
    case "-h":
      return node.type === "symlink";
    case "-e":
    case "-r":
    case "-w":
    case "-O":
      return true;
    case "-f":
      return node.type === "file";
    case "-d":
      return node.type === "directory";
    case "-x":
      return node.type === "directory" || (node.mode & 0o111) !== 0;
    case "-s":
      return node.type !== "file" || node.size > 0;
    case "-b":
      return node.type === "block";
    case "-c":
      return node.type === "character";
    case "-p":
      return node.type === "fifo";
    case "-S":
      return false;
    case "-u":
      return (node.mode & 0o4000) !== 0;
    case "-g":
      return (node.mode & 0o2000) !== 0;
    case "-k":
      return (node.mode & 0o1000) !== 0;
    default:
      return undefined;
  }
}

const unary = new Set("-b -c -d -e -f -g -h -k -L -n -O -p -r -S -s -t -u -w -x -z".split(" "));
const numbers = new Map<string, (a: number, b: number) => boolean>([
  ["-eq", (a, b) => a === b],
  ["-ne", (a, b) => a !== b],
  ["-lt", (a, b) => a < b],
  ["-le", (a, b) => a <= b],
  ["-gt", (a, b) => a > b],
  ["-ge", (a, b) => a >= b],
]);
const binary = new Set(["=", "==", "!=", "<", ">", "-nt", "-ot", "-ef", ...numbers.keys()]);
