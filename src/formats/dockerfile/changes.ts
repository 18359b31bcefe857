import { TareError } from "../../errors.ts";
import type { RuntimeConfig } from "../../model/image.ts";
import { applyInstruction, type Described, describedBy, variablesOf } from "./apply-instruction.ts";
import { expandInstruction } from "./expand-instruction.ts";
import type { ConfigInstruction, Instruction } from "./instruction.ts";
import { parseDockerfile } from "./parse-dockerfile.ts";
import { refuseAt } from "./refuse.ts";

/**
 * What instructions given one by one make of a configuration: `docker import --change` and `docker commit --change`,
 * with exactly their instructions, quoting and variables.
 * @throws BAD_CHANGE
 */
export function applyChanges(config: RuntimeConfig, changes: readonly string[]): RuntimeConfig {
  try {
    return applied(config, changes);
  } catch (cause) {
    if (!(cause instanceof TareError) || cause.problem.code !== "BAD_DOCKERFILE") throw cause;
    const { line, why } = cause.problem;
    throw new TareError({ code: "BAD_CHANGE", change: changeAt(line, changes), why }, { cause });
  }
}

/** The change of which a line is, from 1, when they are put under one another. */
function changeAt(line: number, changes: readonly string[]): string {
  let last = 0;
  for (const change of changes) {
    last += change.split("\n").length;
    if (line <= last) return change;
  }
  return changes.at(-1) ?? "";
}

const file = "--change";

/** Together they are a Dockerfile: as docker has it, one that ends in a backslash goes on in the next. */
function applied(config: RuntimeConfig, changes: readonly string[]): RuntimeConfig {
  const { instructions, escapeToken } = parseDockerfile(changes.join("\n"), file);
  let described: Described = describedBy(config);
  for (const instruction of instructions) {
    const { line } = instruction;
    if (!isChange(instruction))
      return refuseAt({ file, line })(`${instruction.name} cannot be a change of the configuration`);
    const surroundings = { variables: variablesOf(described.config.Env), escapeToken, file };
    described = applyInstruction(described, expandInstruction(instruction, surroundings), file);
  }
  return described.config;
}

/** docker's list: SHELL and MAINTAINER are not on it. */
function isChange(instruction: Instruction): instruction is ConfigInstruction {
  return !["ADD", "ARG", "COPY", "FROM", "MAINTAINER", "RUN", "SHELL"].includes(instruction.name);
}
