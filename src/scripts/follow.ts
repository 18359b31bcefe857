import { type Emulation, type Findings, Shell, type Value } from "./shell/interpret.ts";
import type { Dialect } from "./shell/syntax.ts";
import type { Workspace } from "./workspace.ts";

/** One call of a script, as a package manager would make it. */
export interface ScriptCall {
  readonly text: string;
  /** The program that reads it, as it was named: `/bin/sh`; undefined when nothing names one. */
  readonly interpreter: string | undefined;
  /** `$0`. */
  readonly path: string;
  readonly args: readonly string[];
  /** What it reads; nothing where that is not said. */
  readonly input?: string;
  readonly environment: ReadonlyMap<string, string>;
  /** What `/bin/sh` is, where it is more than POSIX asks for. */
  readonly dialect?: Dialect;
  /** Every command that it may call, by name. */
  readonly commands: ReadonlyMap<string, Emulation>;
  /** debconf's answers, by question; undefined values are unknown. */
  readonly answers?: Map<string, Value>;
}

/** What every script finds in its environment. */
export const scriptEnvironment: readonly (readonly [string, string])[] = [
  ["IFS", " \t\n"],
  ["PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
];

const shells = /^(?:\/usr)?\/bin\/(?:env +)?(?:ba|da|a)?sh$/;

/** Follows a script over a tree; the answers are those that stand at its end. Nothing is executed. */
export function followScript(
  workspace: Workspace,
  call: ScriptCall,
): { readonly findings: Findings; readonly answers: Map<string, Value> } {
  const answers = call.answers ?? new Map<string, Value>();
  if (!shells.test(call.interpreter ?? "")) {
    const needs = [{ line: 1, why: "it is not a shell script" }];
    return { findings: { handled: new Set(), harmless: new Set(), needs }, answers };
  }
  const shell = new Shell(workspace, call.commands, call.environment, answers);
  shell.scriptName = call.path;
  shell.posixly = !/\bbash$/.test(call.interpreter ?? "");
  shell.dialect = shell.posixly ? (call.dialect ?? "posix") : "bash";
  shell.run(call.text, call.args, call.input);
  return { findings: shell.findings, answers: shell.answers };
}

/** The program that a script's first line names, without its options: `/bin/sh`, `/usr/bin/env bash`. */
export function interpreterOf(text: string): string | undefined {
  return /^#! *(\S*\/env +\S+|\S+)/.exec(text)?.[1];
}
