import { parseArgs } from "node:util";
import { nearest } from "../bytes/nearest.ts";
import { TareError } from "../errors.ts";
import { type Command, everywhere, type Input, type OptionPlan } from "./command.ts";

/**
 * Reads what follows the command's name. Options may stand anywhere before what is another program's; `--` ends them.
 * @throws BAD_USAGE, with a guess at what was meant
 */
export function parseArguments(
  command: Command,
  argv: readonly string[],
): Input<Readonly<Record<string, OptionPlan>>> {
  const plans: Readonly<Record<string, OptionPlan>> = { ...command.options, ...everywhere };
  const refuse = (why: string): never => {
    throw new TareError({ code: "BAD_USAGE", why, help: `tare ${command.name} --help` });
  };
  const { own, rest } = splitArguments(command, argv);
  const tokens = tokensOf(plans, own);
  const values: Record<string, string | boolean | string[] | undefined> = {};
  const positionals: string[] = [];
  let taken: string | undefined;
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      positionals.push(token.value);
      continue;
    }
    const plan = Object.hasOwn(plans, token.name) ? plans[token.name] : undefined;
    if (plan === undefined) {
      const { needless = {} } = command;
      const why = Object.hasOwn(needless, token.name) ? needless[token.name] : undefined;
      if (why !== undefined) return refuse(`there is no option ${token.rawName}, and no need for it: ${why}`);
      const meant = nearest(token.name, Object.keys(plans));
      return refuse(`there is no option ${token.rawName}${meant ? `; did you mean --${meant}?` : ""}`);
    }
    if (plan.value === undefined) {
      if (token.value !== undefined) refuse(`--${token.name} takes no value`);
      values[token.name] = true;
      continue;
    }
    const value = token.value;
    const takenFromNext =
      value !== undefined && !token.inlineValue && value.length > 1 && value.startsWith("-");
    if (value === undefined || takenFromNext) return refuse(`--${token.name} needs a value: ${plan.value}`);
    if (!token.inlineValue) taken = `${token.rawName} took ${JSON.stringify(value)}`;
    if (plan.many) values[token.name] = [...((values[token.name] as string[] | undefined) ?? []), value];
    else if (token.name in values) refuse(`--${token.name} stands twice`);
    else values[token.name] = value;
  }
  for (const [name, plan] of Object.entries(plans))
    if (plan.many) values[name] ??= [];
    else if (plan.value === undefined) values[name] ??= false;
  positionals.push(...rest);
  if (!values.help) checkPositionals(command, positionals, taken, refuse);
  return { arguments: positionals, options: values as never };
}

/** What is for the command, and what is for a program that it starts: all behind the argument before a `rest`. */
export function splitArguments(
  command: Command,
  argv: readonly string[],
): { readonly own: readonly string[]; readonly rest: readonly string[] } {
  const before = command.arguments.findIndex(({ rest }) => rest);
  if (before < 1) return { own: argv, rest: [] };
  const tokens = tokensOf({ ...command.options, ...everywhere }, argv);
  const last = tokens.filter(({ kind }) => kind === "positional")[before - 1];
  if (last === undefined) return { own: argv, rest: [] };
  const rest = argv.slice(last.index + 1);
  const ended = tokens.some(({ kind, index }) => kind === "option-terminator" && index < last.index);
  return { own: argv.slice(0, last.index + 1), rest: rest[0] === "--" && !ended ? rest.slice(1) : rest };
}

/** Tokens alone, without the parser's own checks: its sentences know nothing of what was meant. */
function tokensOf(plans: Readonly<Record<string, OptionPlan>>, argv: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(plans).map(([name, plan]) => [
      name,
      { type: typeOf(plan), ...(plan.short && { short: plan.short }) },
    ]),
  );
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

/** @param taken says which argument was taken for an option's value, last of all */
function checkPositionals(
  command: Command,
  given: readonly string[],
  taken: string | undefined,
  refuse: (why: string) => never,
): void {
  const missing = command.arguments.findIndex((plan, index) => plan.required && given[index] === undefined);
  if (missing >= 0)
    refuse(`${command.arguments[missing]?.name} is missing${taken === undefined ? "" : `: ${taken}`}`);
  const extra = given[command.arguments.length];
  if (extra !== undefined && !command.arguments.some(({ many, rest }) => many || rest))
    refuse(`there is no use for ${JSON.stringify(extra)}`);
}

function typeOf(plan: OptionPlan): "string" | "boolean" {
  return plan.value === undefined ? "boolean" : "string";
}
