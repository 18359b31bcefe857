import { accessSync, constants, readdirSync, realpathSync } from "node:fs";
import { chmod, mkdir, mkdtemp } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import type { Container, HostUser, Mount, Runtime } from "./container.ts";
import { runQuietly } from "./run-quietly.ts";

/** Where programs are looked for beside the PATH: an ordinary user's has no place for what is root's. */
const systemFolders = ["/usr/sbin", "/sbin", "/usr/local/sbin"];
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
  readonly signal?: AbortSignal;
}

/**
 * The first runtime that is here and works for this container: it has to start this machine's own true(1), in a root
 * of its own and otherwise just as the program will be. Nothing of the image runs. Else why none of them does.
 */
export async function chooseRuntime(
  runtimes: readonly Runtime[],
  container: Container,
  { environment, host, signal }: ChoiceOptions,
): Promise<Chosen | readonly Reason[]> {
  const reasons: Reason[] = [];
  for (const runtime of runtimes) {
    signal?.throwIfAborted();
    const found = new Map(runtime.programs.map((name) => [name, findProgram(name, environment)]));
    const missing = runtime.programs.filter((name) => found.get(name) === undefined);
    const at = (program: string) => found.get(program) ?? program;
    const why =
      missing.length > 0
        ? `${missing[0] === runtime.name ? "it" : missing.join(" and ")} is not installed`
        : (runtime.refusal?.(container, host) ?? (await failure(runtime, container, host, at, environment)));
    if (why === undefined) return { runtime, at };
    reasons.push({ runtime: runtime.name, why });
  }
  return reasons;
}

function findProgram(name: string, { PATH }: ChoiceOptions["environment"]): string | undefined {
  return [...(PATH ?? "").split(delimiter), ...systemFolders]
    .filter(isAbsolute)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** What goes wrong with it, in its own words. */
async function failure(
  runtime: Runtime,
  container: Container,
  host: HostUser,
  at: (program: string) => string,
  environment: ChoiceOptions["environment"],
): Promise<string | undefined> {
  const scratch = await mkdtemp(join(container.scratch, "try-"));
  await chmod(scratch, 0o755);
  const root = join(scratch, "root");
  const here = new Set(readdirSync("/"));
  const parts = systemParts.filter((name) => here.has(name));
  for (const name of ["proc", "dev", ...parts]) await mkdir(join(root, name), { recursive: true });
  const mounts = parts.map(
    (name): Mount => ({ from: realpathSync(`/${name}`), to: `/${name}`, readOnly: true }),
  );
  const tried = { ...container, root, scratch, mounts, workdir: "/", args: ["true"], terminal: false };
  const { before, after, ...start } = await runtime.start(tried, host, at);
  const quiet = { environment, patience };
  try {
    return (before && (await runQuietly(before, quiet))) ?? (await runQuietly(start, quiet));
  } finally {
    if (after !== undefined) await runQuietly(after, quiet);
  }
}
