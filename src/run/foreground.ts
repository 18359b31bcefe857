import { type StdioOptions, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { constants } from "node:os";
import type { Start } from "./container.ts";

export interface ForegroundOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether `file` passes signals on by itself; otherwise its child gets them. */
  readonly passesSignals: boolean;
  /** Keeps it in the terminal's own group of processes, whose keys reach it without us. */
  readonly terminal: boolean;
  /** Hears of signals from now on, until what it returns is called. Absent: none are passed on. */
  readonly signals?: (hear: (signal: NodeJS.Signals) => void) => () => void;
  /** Default: this process's own streams. */
  readonly stdio?: StdioOptions;
}

/** Runs a program to its end, with our streams and signals. Returns its exit code; 128 and the signal that ended it. */
export function inForeground({ file, args }: Start, options: ForegroundOptions): Promise<number> {
  const { environment, passesSignals, terminal, signals, stdio = "inherit" } = options;
  const child = spawn(file, args, { stdio, env: environment, detached: !terminal });
  const stop = signals?.((signal) => {
    // The terminal has sent this one to everybody.
    if (terminal && (signal === "SIGINT" || signal === "SIGQUIT")) return;
    if (child.pid === undefined) return;
    if (passesSignals) child.kill(signal);
    else void signalChild(child.pid, signal);
  });
  return new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  }).finally(() => stop?.());
}

/** To the child processes of one: in a container's parent, the program. */
async function signalChild(pid: number, signal: NodeJS.Signals): Promise<void> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  const pids = children.split(" ").filter(Boolean).map(Number);
  for (const target of pids.length > 0 ? pids : [pid])
    try {
      process.kill(target, signal);
    } catch {
      // It ended meanwhile.
    }
}
