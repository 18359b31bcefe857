import type { Io } from "./io.ts";

/** One `--option`. With `value` it takes one, and `value` is what help calls it; `many` may stand several times. */
export interface OptionPlan {
  readonly summary: string;
  readonly value?: string;
  readonly many?: true;
  readonly short?: string;
}

/**
 * One positional argument, in order. At most one is `many`, and takes all that the others leave; or the last one is
 * `rest`, and takes all that follows the one before it, as it stands, with what looks like options.
 */
export interface ArgumentPlan {
  readonly name: string;
  readonly summary: string;
  readonly required?: true;
  readonly many?: true;
  readonly rest?: true;
}

type OptionValue<Plan extends OptionPlan> = Plan extends { many: true }
  ? readonly string[]
  : Plan extends { value: string }
    ? string | undefined
    : boolean;

export interface Input<Options extends Readonly<Record<string, OptionPlan>>> {
  readonly arguments: readonly string[];
  readonly options: Values<Options> & Values<typeof everywhere>;
}

type Values<Options extends Readonly<Record<string, OptionPlan>>> = {
  readonly [Name in keyof Options]: OptionValue<Options[Name]>;
};

/** A command is data, so that help, the manual and the parser all come from one place. */
export interface Command<
  Options extends Readonly<Record<string, OptionPlan>> = Readonly<Record<string, OptionPlan>>,
> {
  readonly name: string;
  readonly summary: string;
  /** Paragraphs of the manual. */
  readonly about: readonly string[];
  readonly arguments: readonly ArgumentPlan[];
  readonly options: Options;
  /** Options that people know from elsewhere, by their names, and why there are none: the end of a sentence. */
  readonly needless?: Readonly<Record<string, string>>;
  readonly examples: readonly { readonly does: string; readonly line: string }[];
  /** Does the work and returns the exit code. Everything heavy is imported inside. */
  run(input: Input<Options>, io: Io): Promise<number>;
}

/** Keeps the types of the options. */
export function command<const Options extends Readonly<Record<string, OptionPlan>>>(
  plan: Command<Options>,
): Command<Options> {
  return plan;
}

/** Options of every command. */
export const everywhere = {
  json: { summary: "Print the result as JSON" },
  quiet: { short: "q", summary: "Show no progress, only the result" },
  help: { short: "h", summary: "Show this help" },
} as const;

/** The option of every command that keeps things. */
export const storeOption = {
  store: {
    value: "FOLDER",
    summary: "Where packages and layers are kept (default: TARE_STORE, else the user's cache)",
  },
} as const;

/** Options of every command that reads a recipe. */
export const recipeOptions = {
  file: { value: "RECIPE", short: "f", summary: "The recipe (default: tare.yaml)" },
  set: { value: "NAME=VALUE", many: true, summary: "Give one of the recipe's variables a value" },
  platform: {
    value: "PLATFORM",
    many: true,
    summary: "For this platform, as linux/arm64, instead of the recipe's",
  },
  offline: { summary: "Fetch nothing; what is not in the store is an error" },
  ...storeOption,
} as const;

export const recipeArgument = {
  name: "RECIPE",
  summary: "The recipe, or a folder with a tare.yaml (default: this folder)",
} as const;
