import { byText } from "../../bytes/text.ts";
import { type Call, type Emulation, isTransient, type Status } from "../shell/interpret.ts";
import { optionsOf } from "./arguments.ts";
import { inputOf, linesOf, unknown } from "./text-tools.ts";

/** Programs that print lines; beyond a few options their output is unknown. */
export const lineTools: ReadonlyMap<string, Emulation> = new Map([
  ["head", head],
  ["ls", list],
  ["seq", sequence],
  ["sort", sort],
]);

function print(call: Call, lines: readonly string[]): 0 {
  if (lines.length > 0) call.io.out(lines.map((line) => `${line}\n`).join(""));
  return 0;
}

/** `head -1`, `head -n 1`, of its standard input. */
function head(call: Call): Status {
  const count = /^(?:-n ?|-)([0-9]{1,6})$/.exec(call.args.join(" "))?.[1];
  const text = count === undefined || call.args.includes(undefined) ? undefined : inputOf(call, []);
  return text === undefined ? unknown(call) : print(call, linesOf(text).slice(0, Number(count)));
}

/** `ls -d PATH…`: those of them that are there. */
function list(call: Call): Status {
  const [flag, ...paths] = call.args;
  if (flag !== "-d" || paths.length === 0) return unknown(call);
  const known = paths.filter((path) => path !== undefined && !path.startsWith("-") && !isTransient(path));
  if (known.length < paths.length) return unknown(call);
  const there = (known as string[]).filter((path) => call.shell.workspace.lookup(path) !== undefined);
  print(call, there.sort(byText));
  return there.length < paths.length ? 1 : 0;
}

/** `seq [-w] [FIRST] LAST`, of whole numbers. */
function sequence(call: Call): Status {
  if (call.args.includes(undefined)) return unknown(call);
  const { flags, operands } = optionsOf(call, ["-w"]);
  const [first, last] = operands.length === 1 ? ["1", operands[0]] : operands;
  const isWhole = (text = "") => /^[0-9]{1,9}$/.test(text);
  if (operands.length > 2 || !isWhole(first) || !isWhole(last)) return unknown(call);
  const [from, to] = [Number(first), Number(last)];
  if (to - from > 10_000) return unknown(call);
  const width = flags.has("-w") ? Math.max(`${first}`.length, `${last}`.length) : 0;
  const numbers = Array.from({ length: Math.max(to - from + 1, 0) }, (_, at) => from + at);
  return print(
    call,
    numbers.map((number) => String(number).padStart(width, "0")),
  );
}

/** Its standard input by bytes. By versions or numbers, only where there is nothing to compare. */
function sort(call: Call): Status {
  const flags = call.args.join(" ");
  if (call.args.includes(undefined) || !/^(?:-[rnuV]+ ?)*$/.test(flags)) return unknown(call);
  const text = inputOf(call, []);
  if (text === undefined) return unknown(call);
  const lines = linesOf(text);
  if (/[nV]/.test(flags) && lines.length > 1) return unknown(call);
  const sorted = (flags.includes("u") ? [...new Set(lines)] : lines).sort();
  return print(call, flags.includes("r") ? sorted.reverse() : sorted);
}
