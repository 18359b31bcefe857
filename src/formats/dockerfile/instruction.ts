import type { RuntimeConfig } from "../../model/image.ts";
import type { Heredoc } from "./heredoc.ts";
import type { Directives } from "./logical-lines.ts";
import type { Escape } from "./split-words.ts";

/** What every instruction has. Arguments are as written: `expandInstruction` replaces their variables. */
interface Written<Name extends string> {
  readonly name: Name;
  /** The line that it begins on, from 1. */
  readonly line: number;
  /** The whole instruction on one line, without its heredocs. */
  readonly source: string;
}

export interface Pair {
  readonly key: string;
  readonly value: string;
}

/** `["a", "b"]` as its words, or the text for a shell as one. */
export interface CommandLine {
  readonly form: "exec" | "shell";
  readonly words: readonly string[];
}

export interface FromInstruction extends Written<"FROM"> {
  readonly base: string;
  /** Lower case. */
  readonly stage?: string;
  readonly platform?: string;
}

export interface ArgInstruction extends Written<"ARG"> {
  readonly definitions: readonly { readonly key: string; readonly value?: string }[];
}

/** COPY or ADD. */
export interface CopyInstruction extends Written<"COPY" | "ADD"> {
  readonly sources: readonly string[];
  readonly documents: readonly Heredoc[];
  readonly destination: string;
  readonly from?: string;
  readonly chown?: string;
  readonly chmod?: string;
  readonly checksum?: string;
  readonly unpack?: boolean;
  readonly link: boolean;
  readonly parents: boolean;
  readonly exclude: readonly string[];
}

export interface RunInstruction extends Written<"RUN"> {
  readonly command: CommandLine;
  readonly documents: readonly Heredoc[];
}

export interface PairsInstruction extends Written<"ENV" | "LABEL"> {
  readonly pairs: readonly Pair[];
}

export interface CommandInstruction extends Written<"CMD" | "ENTRYPOINT"> {
  readonly command: CommandLine;
}

export interface ShellInstruction extends Written<"SHELL"> {
  readonly shell: readonly string[];
}

export interface ListInstruction extends Written<"EXPOSE" | "VOLUME"> {
  readonly items: readonly string[];
}

export interface TextInstruction extends Written<"USER" | "WORKDIR" | "STOPSIGNAL" | "MAINTAINER"> {
  readonly text: string;
}

export interface HealthInstruction extends Written<"HEALTHCHECK"> {
  readonly health: NonNullable<RuntimeConfig["Healthcheck"]>;
}

export interface OnBuildInstruction extends Written<"ONBUILD"> {
  /** An instruction, to be read when an image is built upon this one. */
  readonly trigger: string;
}

/** Those that only change the configuration. */
export type ConfigInstruction =
  | PairsInstruction
  | CommandInstruction
  | ShellInstruction
  | ListInstruction
  | TextInstruction
  | HealthInstruction
  | OnBuildInstruction;

export type Instruction =
  | FromInstruction
  | ArgInstruction
  | CopyInstruction
  | RunInstruction
  | ConfigInstruction;

/** A text as its instructions, none of them carried out. */
export interface Dockerfile {
  /** What it is called in sentences. */
  readonly file: string;
  readonly directives: Directives;
  readonly escapeToken: Escape;
  readonly instructions: readonly Instruction[];
}
