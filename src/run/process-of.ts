import type { RuntimeConfig } from "../model/image.ts";

/** What somebody wants otherwise than the image has it. */
export interface Wishes {
  /** Instead of the image's Cmd; empty: as the image has it. */
  readonly args: readonly string[];
  /** Instead of the image's Entrypoint; then its Cmd does not count either. */
  readonly entrypoint?: string;
  /** `NAME=VALUE`, before the image's. */
  readonly env: readonly string[];
}

const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Program and arguments, by docker's rules for ENTRYPOINT and CMD. Empty where nothing says what to run. */
export function argumentsOf(config: RuntimeConfig, { args, entrypoint }: Wishes): readonly string[] {
  if (entrypoint !== undefined) return [...(entrypoint === "" ? [] : [entrypoint]), ...args];
  return [...(config.Entrypoint ?? []), ...(args.length > 0 ? args : (config.Cmd ?? []))];
}

/** The environment, by docker's rules: a PATH, HOME and, on a terminal, TERM where nobody gives them. Each name once. */
export function environmentOf(
  config: RuntimeConfig,
  { env }: Wishes,
  home: string,
  terminal: boolean,
): readonly string[] {
  const given = [defaultPath, `HOME=${home}`, ...(terminal ? ["TERM=xterm"] : [])];
  const pairs = new Map<string, string>();
  for (const pair of [...given, ...(config.Env ?? []), ...env]) {
    const name = pair.split("=", 1)[0] ?? "";
    if (name !== "") pairs.set(name, pair.includes("=") ? pair : `${pair}=`);
  }
  return [...pairs.values()];
}
