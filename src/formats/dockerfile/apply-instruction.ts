import { posix } from "node:path";
import type { RuntimeConfig } from "../../model/image.ts";
import type { CommandLine, ConfigInstruction } from "./instruction.ts";
import { exposedPorts } from "./ports.ts";
import { refuseAt } from "./refuse.ts";
import { isSignal } from "./signals.ts";

/** An image's configuration, as far as instructions have made it. */
export interface Described {
  readonly config: RuntimeConfig;
  /** What MAINTAINER says; it stands beside the runtime's part. */
  readonly author?: string;
  /** Whether a CMD was among the instructions: ENTRYPOINT takes away one that comes from below. */
  readonly commandSet: boolean;
}

/** A base's configuration, before any instruction. */
export function describedBy(config: RuntimeConfig): Described {
  return { config, commandSet: false };
}

/**
 * What one instruction makes of a configuration, as docker has it. Its variables must be replaced already.
 * @param file what the text is called in sentences
 * @throws BAD_DOCKERFILE for ports and signals that are none
 */
export function applyInstruction(before: Described, instruction: ConfigInstruction, file: string): Described {
  const { config } = before;
  const refuse = refuseAt({ file, line: instruction.line });
  const changed = (change: Partial<RuntimeConfig>): Described => ({
    ...before,
    config: { ...config, ...change },
  });
  switch (instruction.name) {
    case "ENV":
      return changed({
        Env: instruction.pairs.reduce(
          (env, { key, value }) => withVariable(env, key, value),
          config.Env ?? [],
        ),
      });
    case "LABEL": {
      const added = instruction.pairs.map(({ key, value }) => [key, value] as const);
      return changed({ Labels: Object.fromEntries([...Object.entries(config.Labels ?? {}), ...added]) });
    }
    case "EXPOSE": {
      const ports = instruction.items.flatMap((item) => exposedPorts(item, refuse));
      return changed({ ExposedPorts: withKeys(config.ExposedPorts, ports) });
    }
    case "VOLUME":
      if (instruction.items.includes("")) refuse("VOLUME cannot be an empty path");
      return changed({ Volumes: withKeys(config.Volumes, instruction.items) });
    case "CMD":
      return { ...changed({ Cmd: wordsOf(instruction.command, config) }), commandSet: true };
    case "ENTRYPOINT": {
      const { Cmd, ...rest } = config;
      const kept = before.commandSet && Cmd !== undefined ? { ...rest, Cmd } : rest;
      // Alone it takes an entry point away, where CMD alone is a shell with nothing to do.
      const Entrypoint = instruction.command.words.length === 0 ? [] : wordsOf(instruction.command, config);
      return { ...before, config: { ...kept, Entrypoint } };
    }
    case "SHELL":
      return changed({ Shell: instruction.shell });
    case "USER":
      return changed({ User: instruction.text });
    case "WORKDIR":
      return changed({ WorkingDir: workingFolder(config.WorkingDir, instruction.text) });
    case "STOPSIGNAL":
      if (!isSignal(instruction.text))
        refuse(`${JSON.stringify(instruction.text)} is no signal, as SIGTERM or 15`);
      return changed({ StopSignal: instruction.text });
    case "HEALTHCHECK":
      return changed({ Healthcheck: instruction.health });
    case "ONBUILD":
      return changed({ OnBuild: [...(config.OnBuild ?? []), instruction.trigger] });
    case "MAINTAINER":
      return { ...before, author: instruction.text };
  }
}

/** In its place when it is there already, else at the end. */
export function withVariable(env: readonly string[], key: string, value: string): readonly string[] {
  const line = `${key}=${value}`;
  const at = env.findIndex((one) => one.split("=", 1)[0] === key);
  return at < 0 ? [...env, line] : env.with(at, line);
}

/** Values by name of `NAME=VALUE` lines. */
export function variablesOf(env: readonly string[] | undefined): Map<string, string> {
  return new Map(
    (env ?? []).map((line) => {
      const equals = line.indexOf("=");
      return equals < 0 ? [line, ""] : [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
}

const defaultShell = ["/bin/sh", "-c"];

function wordsOf({ form, words }: CommandLine, { Shell }: RuntimeConfig): readonly string[] {
  if (form === "exec") return words;
  return [...(Shell !== undefined && Shell.length > 0 ? Shell : defaultShell), ...words];
}

/** An absolute one stays as it is written, as docker has it; a relative one starts at the one before. */
export function workingFolder(before: string | undefined, text: string): string {
  if (text.startsWith("/")) return text;
  const joined = posix.join("/", before ?? "", text);
  return joined.length > 1 ? joined.replace(/\/$/, "") : joined;
}

function withKeys(map: Readonly<Record<string, Record<string, never>>> | undefined, keys: readonly string[]) {
  return Object.fromEntries([...Object.entries(map ?? {}), ...keys.map((key) => [key, {}] as const)]);
}
