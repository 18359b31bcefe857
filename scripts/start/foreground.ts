import { spawn } from "node:child_process";
import { chmodSync, closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { namespaceOf } from "./loopback-gate.ts";
import type { Started } from "./started.ts";

/** A runtime that stays in the foreground, as a child of this process. */
export function startHere(
  program: string,
  args: readonly string[],
  { scratch }: { readonly scratch: string },
): Promise<Started> {
  // A file, not a pipe: a program that opens /dev/stdout anew may then, whoever it runs as.
  const file = join(scratch, "output");
  const out = openSync(file, "a");
  chmodSync(file, 0o666);
  const child = spawn(program, args, { stdio: ["ignore", out, out] });
  closeSync(out);
  const alive = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const started: Started = {
    inside: () => (alive() ? strangerBelow(child.pid as number) : undefined),
    alive,
    output: () => readFileSync(file, "utf8"),
    async stop() {
      if (!alive()) return;
      // The first process of a container takes the others along, and the runtime then tidies up.
      const inside = strangerBelow(child.pid as number);
      if (inside !== undefined) kill(inside);
      const late = setTimeout(() => child.kill("SIGKILL"), inside === undefined ? 0 : 10_000);
      await ended;
      clearTimeout(late);
    },
  };
  return new Promise((resolve, reject) => {
    child.once("spawn", () => resolve(started));
    child.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ENOENT" ? new Error("not installed") : error),
    );
  });
}

/** The nearest process below `pid` whose network is not ours. */
function strangerBelow(pid: number): number | undefined {
  const ours = namespaceOf("self", "net");
  const near = childrenOf(pid);
  for (const child of near) {
    const its = namespaceOf(child, "net");
    if (its !== undefined && its !== ours) return child;
  }
  for (const child of near) {
    const found = strangerBelow(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Of all its threads. */
function childrenOf(pid: number): number[] {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    const lists = tasks.map((task) => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8"));
    return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}
