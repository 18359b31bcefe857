import type { CommandLine, ConfigInstruction, CopyInstruction } from "../formats/dockerfile/instruction.ts";
import type { RuntimeConfig } from "../model/image.ts";

/**
 * What docker's history says of an instruction (`created_by`), without the signature that BuildKit puts behind it.
 * Undefined for ONBUILD, which leaves none.
 * @param config after it
 */
export function historyLine(instruction: ConfigInstruction, config: RuntimeConfig): string | undefined {
  switch (instruction.name) {
    case "ENV":
    case "LABEL":
      return `${instruction.name} ${instruction.pairs.map(({ key, value }) => `${key}=${value}`).join(" ")}`;
    case "CMD":
      return `CMD ${quoted(config.Cmd)}`;
    case "ENTRYPOINT":
      return `ENTRYPOINT ${quoted(config.Entrypoint)}`;
    case "EXPOSE":
    case "VOLUME":
      return `${instruction.name} [${instruction.items.join(" ")}]`;
    case "SHELL":
      return `SHELL [${instruction.shell.join(" ")}]`;
    case "WORKDIR":
      return `WORKDIR ${config.WorkingDir}`;
    case "USER":
    case "STOPSIGNAL":
    case "MAINTAINER":
      return `${instruction.name} ${instruction.text}`;
    case "HEALTHCHECK": {
      const { Test, Interval, Timeout, StartPeriod, StartInterval, Retries = 0 } = instruction.health;
      const times = { Interval, Timeout, StartPeriod, StartInterval };
      const said = Object.entries(times).map(([name, time = 0]) => `${name}:${duration(time)}`);
      return `HEALTHCHECK {Test:[${Test.join(" ")}] ${said.join(" ")} Retries:${Retries}}`;
    }
    case "ONBUILD":
      return undefined;
  }
}

/** With --from, which docker leaves out: what is copied from where is what one looks for in a history. */
export function copyLine(instruction: CopyInstruction): string {
  const { name, from, parents, chown, chmod, sources, documents, destination } = instruction;
  const words = [
    name,
    ...(from === undefined ? [] : [`--from=${from}`]),
    ...(parents ? ["--parents"] : []),
    ...(chown === undefined ? [] : [`--chown=${chown}`]),
    ...(chmod === undefined ? [] : [`--chmod=${chmod}`]),
    ...sources,
    ...documents.map((document) => `<<${document.name}`),
    destination,
  ];
  return words.join(" ");
}

function quoted(words: CommandLine["words"] = []): string {
  return `[${words.map((word) => JSON.stringify(word)).join(" ")}]`;
}

/** Nanoseconds as Go writes them: `1m30s`, `1.5s`, `2ms`, `0s`. */
function duration(nanoseconds: number): string {
  if (nanoseconds === 0) return "0s";
  if (nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`;
  const seconds = (nanoseconds % 60e9) / 1e9;
  const minutes = Math.floor(nanoseconds / 60e9) % 60;
  const hours = Math.floor(nanoseconds / 3600e9);
  return `${hours > 0 ? `${hours}h` : ""}${hours + minutes > 0 ? `${minutes}m` : ""}${seconds}s`;
}
