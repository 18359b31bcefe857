import { type Call, Unsure } from "../shell/interpret.ts";

/** All arguments, which have to be known. @throws Unsure */
export function textsOf({ args, name }: Call): string[] {
  return args.map((arg) => {
    if (arg === undefined) throw new Unsure(`an argument of ${name} is not known`);
    return arg;
  });
}

/** Options and operands of a command line, as getopt(3) tells them apart. */
export interface Options {
  /** `-m` or `--mode` to its value; the empty string for a flag. */
  readonly flags: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/**
 * Splits a command line. `plain` are flags without a value, `valued` those with one, both by their full spelling
 * (`-m`, `--mode`); letters may be run together. @throws Unsure for any other flag
 */
export function optionsOf(call: Call, plain: readonly string[], valued: readonly string[] = []): Options {
  const args = textsOf(call);
  const flags = new Map<string, string>();
  const operands: string[] = [];
  const unknown = (flag: string) => new Unsure(`${call.name} ${flag} is not known`);
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] as string;
    if (arg === "--") {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (arg.startsWith("--")) {
      const [flag = "", ...value] = arg.split("=");
      if (valued.includes(flag)) {
        if (value.length === 0) at += 1;
        flags.set(flag, value.length > 0 ? value.join("=") : (args[at] ?? ""));
      } else if (plain.includes(flag) && value.length === 0) flags.set(flag, "");
      else throw unknown(flag);
    } else if (/^-[A-Za-z]/.test(arg)) {
      for (let letter = 1; letter < arg.length; letter += 1) {
        const flag = `-${arg[letter]}`;
        if (valued.includes(flag)) {
          const rest = arg.slice(letter + 1);
          if (rest === "") at += 1;
          flags.set(flag, rest === "" ? (args[at] ?? "") : rest);
          break;
        }
        if (!plain.includes(flag)) throw unknown(flag);
        flags.set(flag, "");
      }
    } else operands.push(arg);
  }
  return { flags, operands };
}
