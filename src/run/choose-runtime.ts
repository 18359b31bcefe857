import { readdirSync, realpathSync } from "node:fs";
import { chmod, mkdir, mkdtemp, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findProgram } from "../build/find-program.ts";
import type { Container, HostUser, Mount, Runtime } from "./container.ts";
import type { Lifeline } from "./lifeline.ts";
import { runQuietly } from "./run-quietly.ts";

/** The parts of this machine that its own programs need. */
const systemParts = ["bin", "lib", "lib32", "lib64", "usr"];
const patience = 30_000;

export interface Chosen {
  readonly runtime: Runtime;
  readonly at: (program: string) => string;
}

/** Why a runtime does not do. */
export interface Reason {
  readonly runtime: string;
  readonly why: string;
}

export interface ChoiceOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly host: HostUser;
  readonly lifeline: Lifeline;
  readonly signal?: AbortSignal;
}

/**
 * The first runtime that is here and works for this container: it has to start this machine's own true(1), in a root
 * of its own, with the same mounts, and otherwise just as the program will be. Nothing of the image runs. Else why none of them does.
 */
export async function chooseRuntime(
  runtimes: readonly Runtime[],
  container: Container,
  options: ChoiceOptions,
): Promise<Chosen | readonly Reason[]> {
  const { environment, host, signal } = options;
  const reasons: Reason[] = [];
  for (const runtime of runtimes) {
    signal?.throwIfAborted();
    const found = new Map(runtime.programs.map((name) => [name, findProgram(name, environment)]));
    const missing = runtime.programs.filter((name) => found.get(name) === undefined);
    const at = (program: string) => found.get(program) ?? program;
    const why =
      missing.length > 0
        ? `${missing[0] === runtime.name ? "it" : missing.join(" and ")} is not installed`
        : (runtime.refusal?.(container, host) ?? (await failure(runtime, container, at, options)));
    if (why === undefined) return { runtime, at };
    reasons.push({ runtime: runtime.name, why });
  }
  return reasons;
}

/** What goes wrong with it, in its own words. */
async function failure(
  runtime: Runtime,
  container: Container,
  at: Chosen["at"],
  { host, environment, lifeline }: ChoiceOptions,
): Promise<string | undefined> {
  const scratch = await mkdtemp(join(container.scratch, "try-"));
  const root = join(scratch, "root");
  const here = new Set(readdirSync("/"));
  const parts = systemParts.filter((name) => here.has(name));
  for (const name of ["proc", "dev", "mnt", ...parts]) await mkdir(join(root, name), { recursive: true });
  await chmod(root, 0o755);
  const system = parts.map(
    (name): Mount => ({ from: realpathSync(`/${name}`), to: `/${name}`, readOnly: true }),
  );
  const asked = container.mounts.map((mount, index): Mount => ({ ...mount, to: `/mnt/${index}` }));
  for (const { from, to } of asked)
    await ((await stat(from)).isDirectory() ? mkdir(join(root, to)) : writeFile(join(root, to), ""));
  const mounts = [...system, ...asked];
  const tried = { ...container, root, scratch, mounts, workdir: "/", args: ["true"], terminal: false };
  const { before, after, end, ...start } = await runtime.start(tried, host, at);
  const leftovers = [end, after].filter((one) => one !== undefined);
  lifeline.holds(undefined, leftovers);
  const quiet = { environment, patience };
  try {
    return (before && (await runQuietly(before, quiet))) ?? (await runQuietly(start, quiet));
  } finally {
    if (after !== undefined) await runQuietly(after, quiet);
    lifeline.holds(undefined, []);
  }
}
