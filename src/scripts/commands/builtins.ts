import {
  type Call,
  type Emulation,
  isTransient,
  type Status,
  Unsure,
  type Value,
} from "../shell/interpret.ts";
import { optionsOf, textsOf } from "./arguments.ts";
import { printf } from "./printf.ts";
import { test } from "./test.ts";

const name = /^[A-Za-z_][A-Za-z0-9_]*$/;
const searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** What a POSIX shell does by itself (POSIX 2.14 and 2.9.1). */
export const builtins = new Map<string, Emulation>([
  [":", () => 0],
  ["true", () => 0],
  ["false", () => 1],
  ["[", test],
  ["test", test],
  ["echo", echo],
  ["printf", printf],
  ["wait", () => 0],
  ["umask", umask],
  ["trap", trap],
  ["hash", () => 0],
  ["exit", (call) => call.shell.exit(statusArgument(call))],
  ["return", (call) => call.shell.return(statusArgument(call))],
  ["break", (call) => call.shell.leave("break", levels(call))],
  ["continue", (call) => call.shell.leave("continue", levels(call))],
  ["set", set],
  ["shift", shift],
  ["export", assign],
  ["readonly", assign],
  ["declare", assign],
  ["local", assign],
  ["unset", unset],
  ["eval", evaluate],
  [".", (call) => source(call)],
  ["source", (call) => source(call)],
  ["read", read],
  ["command", command],
  ["type", which],
  ["which", which],
  ["cd", changeDirectory],
  ["exec", execute],
  ["runuser", wrapped],
  ["setpriv", wrapped],
  ["nice", wrapped],
  ["ionice", wrapped],
]);

function statusArgument({ args, shell }: Call): Status {
  const [first] = args;
  if (args.length === 0) return shell.lastStatus;
  return first !== undefined && /^[0-9]+$/.test(first) ? Number(first) : undefined;
}

function levels({ args }: Call): number {
  return Number(args[0] ?? 1) || 1;
}

function echo({ args, io }: Call): Status {
  const newline = args[0] !== "-n";
  const words = newline ? args : args.slice(1);
  const escapes = words.some((word) => word?.includes("\\"));
  const known = words.every((word) => word !== undefined) && !escapes && words[0] !== "-e";
  io.out(known ? words.join(" ") + (newline ? "\n" : "") : undefined);
  return 0;
}

function set({ args, shell }: Call): Status {
  let at = 0;
  for (; at < args.length; at += 1) {
    const arg = args[at];
    if (arg === undefined) break;
    if (arg === "--") {
      shell.positional = args.slice(at + 1);
      return 0;
    }
    if (arg === "-o" || arg === "+o") at += 1;
    else if (/^[-+][a-z]+$/i.test(arg)) {
      if (arg.includes("e")) shell.errexit = arg.startsWith("-");
      if (arg.includes("f")) shell.noglob = arg.startsWith("-");
    } else break;
  }
  if (at < args.length) shell.positional = args.slice(at);
  return 0;
}

function shift({ args, shell }: Call): Status {
  const count = args.length === 0 ? 1 : Number(args[0]);
  if (!Number.isInteger(count)) throw new Unsure("how far it shifts is not known");
  if (count > shell.positional.length) return 1;
  shell.positional = shell.positional.slice(count);
  return 0;
}

function assign(call: Call): Status {
  for (const arg of call.args) {
    if (arg === undefined) throw new Unsure(`an argument of ${call.name} is not known`);
    if (arg.startsWith("-")) continue;
    const equals = arg.indexOf("=");
    const variable = equals < 0 ? arg : arg.slice(0, equals);
    if (!name.test(variable)) throw new Unsure(`${call.name} ${variable} is not known`);
    if (call.name === "local") call.shell.declareLocal(variable);
    if (equals >= 0) call.shell.variables.set(variable, arg.slice(equals + 1));
    else if (call.name === "local") call.shell.variables.set(variable, "");
  }
  return 0;
}

function unset(call: Call): Status {
  for (const variable of textsOf(call)) call.shell.variables.delete(variable);
  return 0;
}

function evaluate(call: Call): Status {
  return call.shell.evaluateText(textsOf(call).join(" "), call.io);
}

/**
 * debconf's module only defines `db_…`, which are emulated anyway. Where the file is missing, a script ends, since this
 * is a special built-in (POSIX 2.8.1), unless `command` calls it.
 */
function source(call: Call, special = true): Status {
  const { workspace, dialect, posixly } = call.shell;
  const [file = ""] = textsOf(call);
  if (call.name === "source" && dialect === "posix") return 127;
  if (file === "/usr/share/debconf/confmodule") return 0;
  const text = workspace.text(file);
  if (text !== undefined) return call.shell.evaluateText(text, call.io);
  if (workspace.resolve(file)) throw new Unsure(`the content of ${file} is not at hand`);
  const status = dialect === "bash" ? 1 : 2;
  return special && posixly ? call.shell.exit(status) : status;
}

function read({ args, shell, io }: Call): Status {
  const variables = args.filter((arg): arg is string => arg !== undefined && name.test(arg));
  const { input } = io;
  // Options of bash's take less or more than a line.
  const plain = args.every((arg) => arg === undefined || arg === "-r" || name.test(arg));
  if (!plain) input.text = undefined;
  if (input.text === undefined) {
    for (const variable of variables) shell.variables.set(variable, undefined);
    return undefined;
  }
  if (input.at >= input.text.length) {
    for (const variable of variables) shell.variables.set(variable, "");
    return 1;
  }
  const end = input.text.indexOf("\n", input.at);
  const line = input.text.slice(input.at, end < 0 ? undefined : end);
  input.at = end < 0 ? input.text.length : end + 1;
  fields(line, variables.length, shell.get("IFS") ?? " \t\n").forEach((field, index) => {
    shell.variables.set(variables[index] as string, field);
  });
  return end < 0 ? 1 : 0;
}

/** A line cut into so many fields; the last takes what is left, as `read` does. */
function fields(line: string, count: number, separators: string): string[] {
  const blanks = [...separators].filter((one) => " \t\n".includes(one)).join("");
  const trimmed = (text: string) => {
    let start = 0;
    let end = text.length;
    while (start < end && blanks.includes(text[start] as string)) start += 1;
    while (end > start && blanks.includes(text[end - 1] as string)) end -= 1;
    return text.slice(start, end);
  };
  const found: string[] = [];
  let rest = trimmed(line);
  for (let index = 0; index < count - 1; index += 1) {
    let end = 0;
    while (end < rest.length && !separators.includes(rest[end] as string)) end += 1;
    found.push(rest.slice(0, end));
    rest = trimmed(rest.slice(end + 1));
  }
  if (count > 0) found.push(rest);
  return found;
}

function command(call: Call): Status {
  const [first, ...rest] = call.args;
  if (first === "-v" || first === "-V") return which({ ...call, args: rest });
  if (first === undefined || first.startsWith("-")) throw new Unsure("which command it calls is not known");
  if (first === ".") return source({ ...call, args: rest }, false);
  return call.shell.call(call.args, call.io);
}

/** Where a command lies in the image. */
function which(call: Call): Status {
  const [wanted] = call.args.filter((arg) => !arg?.startsWith("-"));
  if (wanted === undefined) {
    call.io.out(undefined);
    return undefined;
  }
  const found = findCommand(call, wanted);
  if (found === undefined) return 1;
  call.io.out(`${found}\n`);
  return 0;
}

function findCommand({ shell }: Call, wanted: string): Value {
  if (shell.functions.has(wanted) || builtins.has(wanted)) return wanted;
  const places = wanted.startsWith("/") ? [wanted] : searchPath.map((folder) => `${folder}/${wanted}`);
  return places.find((place) => {
    const node = shell.workspace.resolve(place);
    return node?.type === "file" && (node.mode & 0o111) !== 0;
  });
}

function changeDirectory(call: Call): Status {
  const { operands } = optionsOf(call, ["-P", "-L", "-e"]);
  const { workspace } = call.shell;
  const [path = ""] = operands;
  const node = workspace.resolve(path);
  if (path === "-" || (isTransient(path) && !node)) throw new Unsure("it works in another directory");
  if (node?.type !== "directory") return 1;
  workspace.directory = path.startsWith("/") ? path : `${workspace.directory}/${path}`;
  return 0;
}

/** Runs what stands behind its own options, as somebody else or more slowly. */
function wrapped(call: Call): Status {
  const end = call.args.indexOf("--");
  if (end < 0 || end + 1 >= call.args.length)
    throw new Unsure(`which command ${call.name} runs is not known`);
  return call.shell.call(call.args.slice(end + 1), call.io);
}

function umask(call: Call): Status {
  const [mask = ""] = textsOf(call);
  if (!/^[0-7]{1,4}$/.test(mask)) throw new Unsure("the umask is not known");
  call.shell.umask = Number.parseInt(mask, 8);
  return 0;
}

/** Only `exec` with redirections, which debconf's users do, leaves the script running. */
function execute(call: Call): Status {
  if (call.args.length === 0) return 0;
  return call.shell.exit(call.shell.call(call.args, call.io));
}

/** What happens on a signal does not happen here; what happens at the end would. */
function trap({ args }: Call): Status {
  const [action, ...conditions] = args;
  const atEnd = conditions.some((one) => one === undefined || one === "EXIT" || one === "0");
  if (atEnd && action !== "-" && action !== "") throw new Unsure("it does more when it ends");
  return 0;
}
