import type { RuntimeConfig } from "../../model/image.ts";
import { applyInstruction, type Described, describedBy, variablesOf } from "./apply-instruction.ts";
import { expandInstruction } from "./expand-instruction.ts";
import type { ConfigInstruction, Instruction } from "./instruction.ts";
import { parseDockerfile } from "./parse-dockerfile.ts";
import { refuseAt } from "./refuse.ts";

/**
 * What instructions given one by one make of a configuration: `docker import --change` and `docker commit --change`,
 * with exactly their instructions, quoting and variables.
 * @param file what they are called in sentences, such as `--change`; lines count from the first of them
 * @throws BAD_DOCKERFILE
 */
export function applyChanges(config: RuntimeConfig, changes: readonly string[], file: string): RuntimeConfig {
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
