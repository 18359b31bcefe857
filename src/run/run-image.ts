import type { StdioOptions } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { TareError } from "../errors.ts";
import type { Inside } from "../extract/inside.ts";
import type { Image } from "../model/image.ts";
import { type Platform, platformName } from "../model/platform.ts";
import { checkCommand } from "./check-command.ts";
import { chooseRuntime } from "./choose-runtime.ts";
import type { Container, HostUser, Mount } from "./container.ts";
import { type ForegroundOptions, inForeground } from "./foreground.ts";
import { layOut, type Place } from "./lay-out.ts";
import type { Lifeline } from "./lifeline.ts";
import { argumentsOf, environmentOf, type Wishes } from "./process-of.ts";
import { runQuietly } from "./run-quietly.ts";
import { runtimes } from "./runtimes.ts";
import { userOf } from "./user-of.ts";

/** A file or folder of this machine, and where in the image it is to be seen. */
export interface Volume extends Mount {
  readonly type: Place["type"];
}

export interface RunOptions extends Wishes {
  /** `USER[:GROUP]` instead of the image's. */
  readonly user?: string;
  readonly network: "none" | "host";
  readonly volumes: readonly Volume[];
  /** Only this runtime, by its name. */
  readonly runtime?: string;
  /** The files of the container are in its folder, until the caller ends it. */
  readonly lifeline: Lifeline;
  readonly machine: Platform;
  readonly host: HostUser;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The program gets a terminal: ours. */
  readonly terminal: boolean;
  readonly signals?: ForegroundOptions["signals"];
  readonly signal?: AbortSignal;
  readonly stdio?: StdioOptions;
}

/**
 * Starts an image with what this machine has, and waits for it to end. Returns the program's exit code. A plain tar has
 * no configuration: it runs what `args` say, as root.
 * @throws CANNOT_RUN (another platform, nothing to run, a place that cannot be), COMMAND_NOT_FOUND,
 * COMMAND_NOT_EXECUTABLE, NO_RUNTIME, NO_ACCOUNT, and what extraction throws
 */
export async function runImage(
  inside: Inside,
  image: Image | undefined,
  options: RunOptions,
): Promise<number> {
  const { where } = inside;
  const { machine, host, lifeline, environment, terminal, network, signal } = options;
  const scratch = lifeline.folder;
  const cannot = (why: string) => new TareError({ code: "CANNOT_RUN", where, why });
  if (image !== undefined && !runsOn(image.platform, machine))
    throw cannot(`it is for ${platformName(image.platform)}, and this machine is ${platformName(machine)}`);
  const config = image?.config.config ?? {};
  const args = argumentsOf(config, options);
  if (args.length === 0) throw cannot("nothing says what to run: name a program behind the image");
  const workdir = config.WorkingDir || "/";
  const volumes = [...(network === "host" ? [resolver] : []), ...options.volumes];
  const places: readonly Place[] = [
    { path: workdir, type: "directory" },
    ...Object.keys(config.Volumes ?? {}).map((path): Place => ({ path, type: "directory" })),
    ...volumes.map(({ to, type }): Place => ({ path: to, type })),
  ];
  const root = join(scratch, "root");
  const laidOut = await layOut(inside, root, places, {
    owners: host.uid === 0,
    ...(signal && { signal }),
  });
  const user = userOf(options.user ?? config.User ?? "", laidOut.accounts, where);
  const real = (path: string) => laidOut.real.get(path) ?? path;
  const container: Container = {
    root,
    scratch,
    args,
    env: environmentOf(config, options, user.home, terminal),
    workdir: real(workdir),
    user,
    network,
    mounts: volumes.map(({ from, to, readOnly }) => ({ from, to: real(to), readOnly })),
    terminal,
  };
  await checkCommand(container, host, where);
  const offered = runtimes.filter(({ name }) => options.runtime === undefined || name === options.runtime);
  const chosen = await chooseRuntime(offered, container, {
    environment,
    host,
    lifeline,
    ...(signal && { signal }),
  });
  if (!("runtime" in chosen)) throw new TareError({ code: "NO_RUNTIME", where, reasons: chosen });
  const { runtime, at } = chosen;
  const own = join(scratch, "own");
  await mkdir(own);
  signal?.throwIfAborted();
  const { before, after, end, tell, silence, ...start } = await runtime.start(
    { ...container, scratch: own },
    host,
    at,
  );
  const leftovers = [end, after].filter((one) => one !== undefined);
  lifeline.holds(undefined, leftovers);
  try {
    const why = before && (await runQuietly(before, { environment, ...(signal && { signal }) }));
    signal?.throwIfAborted();
    if (why !== undefined)
      throw new TareError({ code: "NO_RUNTIME", where, reasons: [{ runtime: runtime.name, why }] });
    return await inForeground(start, {
      environment: { ...environment, ...silence },
      started: (process) => lifeline.holds(process, leftovers),
      force: () => void lifeline.pull(),
      terminal,
      passesSignals: runtime.passesSignals,
      ...(tell && { tell: (signal) => runQuietly(tell(signal), { environment }) }),
      ...(options.signals && { signals: options.signals }),
      ...(options.stdio && { stdio: options.stdio }),
    });
  } finally {
    lifeline.holds(undefined, leftovers);
    if (after !== undefined) await runQuietly(after, { environment });
  }
}

/** The host's network is of little use without its names. */
const resolver: Volume = {
  from: "/etc/resolv.conf",
  to: "/etc/resolv.conf",
  type: "file",
  readOnly: true,
};

/** A processor of 64 bits runs what is for its elder of 32 bits, where that is the same processor. */
function runsOn({ os, architecture }: Platform, machine: Platform): boolean {
  if (os !== machine.os) return false;
  return (
    architecture === machine.architecture || (architecture === "386" && machine.architecture === "amd64")
  );
}
