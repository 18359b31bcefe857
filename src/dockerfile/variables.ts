import { variablesOf } from "../formats/dockerfile/apply-instruction.ts";
import { expand, type Variables } from "../formats/dockerfile/expand.ts";
import { expansion } from "../formats/dockerfile/expand-instruction.ts";
import type { ArgInstruction } from "../formats/dockerfile/instruction.ts";
import type { Escape } from "../formats/dockerfile/split-words.ts";
import { type Platform, platformName } from "../model/platform.ts";

/** What is known of the build before any instruction. */
export interface BuildArguments {
  /** `--build-arg`s. */
  readonly given: Variables;
  /** What stages may declare without a value: the platforms. */
  readonly predefined: Variables;
}

/** BuildKit's automatic platform arguments. */
export function platformArguments(target: Platform, build: Platform): Map<string, string> {
  const named = (prefix: string, platform: Platform): [string, string][] => [
    [`${prefix}PLATFORM`, platformName(platform)],
    [`${prefix}OS`, platform.os],
    [`${prefix}ARCH`, platform.architecture],
    [`${prefix}VARIANT`, platform.variant ?? ""],
  ];
  return new Map([...named("TARGET", target), ...named("BUILD", build)]);
}

/** Where the arguments of one text are expanded. */
interface Text {
  readonly file: string;
  readonly escapeToken: Escape;
}

/** The arguments before the first FROM, with which FROM lines are expanded. @throws BAD_DOCKERFILE */
export function globalArguments(
  globals: readonly ArgInstruction[],
  { given, predefined }: BuildArguments,
  text: Text,
): Map<string, string> {
  const variables = new Map(predefined);
  for (const [key, value] of given) if (predefined.has(key)) variables.set(key, value);
  for (const { definitions, line } of globals)
    for (const { key, value } of definitions) {
      const own = given.get(key);
      const plain = value === undefined ? undefined : expand(value, expansion({ ...text, variables }, line));
      const final = own ?? plain;
      if (final !== undefined) variables.set(key, final);
    }
  return variables;
}

/** The arguments that a stage has declared so far, or the stage that it is built upon. */
export class StageArguments {
  readonly #declared: Map<string, string>;
  readonly #globals: Variables;
  readonly #build: BuildArguments;

  constructor(globals: Variables, build: BuildArguments, inherited: ReadonlyMap<string, string>) {
    this.#declared = new Map(inherited);
    this.#globals = globals;
    this.#build = build;
  }

  /** Each that has a value, with it. */
  get declared(): ReadonlyMap<string, string> {
    return this.#declared;
  }

  /**
   * Declares what an ARG names: with the value given for the build, else its own, else that of before the first FROM.
   * Returns each with the value that it got.
   */
  declare(
    { definitions, line }: ArgInstruction,
    env: readonly string[] | undefined,
    text: Text,
  ): { readonly key: string; readonly value: string | undefined }[] {
    return definitions.map((one) => {
      const variables = this.variables(env);
      const how = expansion({ ...text, variables }, line);
      const key = expand(one.key, how);
      const own = one.value === undefined ? undefined : expand(one.value, how);
      const value = this.#build.given.get(key) ?? own ?? this.#globals.get(key);
      if (value !== undefined) this.#declared.set(key, value);
      return { key, value };
    });
  }

  /** All variables of the stage. What ENV says goes before what ARG says. */
  variables(env: readonly string[] | undefined): Map<string, string> {
    return new Map([...this.#declared, ...variablesOf(env)]);
  }
}
