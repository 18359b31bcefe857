import { nearest } from "../bytes/nearest.ts";
import { TareError } from "../errors.ts";
import { plain } from "../report/table.ts";
import { everywhere } from "./command.ts";
import { commands } from "./commands/all.ts";
import { commandHelp, programHelp } from "./help.ts";
import type { Io } from "./io.ts";
import { parseArguments, splitArguments } from "./parse-arguments.ts";

/** Runs one command line and returns its exit code. Never throws. */
export async function runProgram(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    return report(error, asksForJson(argv), io);
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined) {
    io.out(programHelp(commands));
    return 2;
  }
  if (name === "--help" || name === "-h" || (name === "help" && rest.length === 0)) {
    io.out(programHelp(commands));
    return 0;
  }
  const command = commands.find((one) => one.name === (name === "help" ? rest[0] : name));
  if (!command) {
    const wanted = (name === "help" ? rest[0] : name) as string;
    const meant = nearest(
      wanted,
      commands.map((one) => one.name),
    );
    const everyOption = Object.entries(everywhere).flatMap(([long, plan]) => [
      `--${long}`,
      ...("short" in plan ? [`-${plan.short}`] : []),
    ]);
    if (everyOption.includes(wanted))
      throw new TareError({
        code: "BAD_USAGE",
        why: `${wanted} stands behind the command, as in tare ${rest.find((word) => !word.startsWith("-")) ?? "build"} ${wanted}`,
        help: "tare --help",
      });
    const kind = wanted.startsWith("-") ? "option" : "command";
    const hint = meant ? `; did you mean ${meant}?` : "";
    throw new TareError({
      code: "BAD_USAGE",
      why: `there is no ${kind} ${wanted}${hint}`,
      help: "tare --help",
    });
  }
  if (name === "help") {
    io.out(commandHelp(command));
    return 0;
  }
  const input = parseArguments(command, rest);
  if (input.options.help) {
    io.out(commandHelp(command));
    return 0;
  }
  return await command.run(input, input.options.quiet ? { ...io, progress: silent, note: silent } : io);
}

function silent(): void {}

/** Says what went wrong in one sentence, never with a stack. */
function report(error: unknown, json: boolean, io: Io): number {
  if (io.signal.aborted) {
    io.note("interrupted; nothing was left half-written.");
    return 130;
  }
  // Whoever read the image from our output left early (`tare build --to tar:- | head`): that is no error of ours.
  if ((error as NodeJS.ErrnoException)?.code === "EPIPE") return 3;
  if (error instanceof TareError) {
    const { message, problem, exitCode } = error;
    for (const line of message.split("\n")) io.note(plain(withoutLongWords(line)));
    if (problem.code === "BAD_LOCK")
      io.note("take the lock from version control, or delete it and run `tare lock`.");
    if (json) io.out(`${JSON.stringify({ error: { ...problem, message } }, null, 2)}\n`);
    return exitCode;
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  io.note(
    `something went wrong that should not (${what.split("\n")[0]}); please report it, with what TARE_DEBUG=1 shows.`,
  );
  if (io.environment.TARE_DEBUG && error instanceof Error) io.note(String(error.stack));
  if (json) io.out(`${JSON.stringify({ error: { code: "UNEXPECTED", message: what } }, null, 2)}\n`);
  return 3;
}

/** Nobody reads a path of thousands of characters; the JSON has it whole. */
function withoutLongWords(text: string): string {
  return text.replace(/\S{400,}/g, (word) => `${word.slice(0, 100)}…${word.slice(-50)}`);
}

/** Known before the arguments are understood, since they may be what is wrong. */
function asksForJson([name, ...argv]: readonly string[]): boolean {
  const command = commands.find((one) => one.name === name);
  const own = command === undefined ? argv : splitArguments(command, argv).own;
  const end = own.indexOf("--");
  return (end < 0 ? own : own.slice(0, end)).includes("--json");
}
