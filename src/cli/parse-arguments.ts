import { parseArgs } from "node:util";
import { nearest } from "../bytes/nearest.ts";
import { TareError } from "../errors.ts";
import { type Command, everywhere, type Input, type OptionPlan } from "./command.ts";

/**
 * Reads what follows the command's name. Options may stand anywhere, `--` ends them.
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
  const options = Object.fromEntries(
    Object.entries(plans).map(([name, { short }]) => [
      name,
      { type: typeOf(plans[name]), ...(short && { short }) },
    ]),
  );
  // Tokens alone, without the parser's own checks: its sentences know nothing of what was meant.
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, string | boolean | string[] | undefined> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      positionals.push(token.value);
      continue;
    }
    const plan = Object.hasOwn(plans, token.name) ? plans[token.name] : undefined;
    if (plan === undefined) {
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
    if (plan.many) values[token.name] = [...((values[token.name] as string[] | undefined) ?? []), value];
    else if (token.name in values) refuse(`--${token.name} stands twice`);
    else values[token.name] = value;
  }
  for (const [name, plan] of Object.entries(plans))
    if (plan.many) values[name] ??= [];
    else if (plan.value === undefined) values[name] ??= false;
  if (!values.help) checkPositionals(command, positionals, refuse);
  return { arguments: positionals, options: values as never };
}

function checkPositionals(command: Command, given: readonly string[], refuse: (why: string) => never): void {
  const missing = command.arguments.findIndex((plan, index) => plan.required && given[index] === undefined);
  if (missing >= 0) refuse(`tare ${command.name} needs ${command.arguments[missing]?.name}`);
  const extra = given[command.arguments.length];
  if (extra !== undefined && !command.arguments.some(({ many }) => many))
    refuse(`tare ${command.name} does not know what to do with ${JSON.stringify(extra)}`);
}

function typeOf(plan: OptionPlan | undefined): "string" | "boolean" {
  return plan?.value === undefined ? "boolean" : "string";
}
