import { type StdioOptions, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { constants } from "node:os";
import type { Start } from "./container.ts";

export interface ForegroundOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether `file` passes signals on by itself; otherwise its child gets them. */
  readonly passesSignals: boolean;
  /** Sends a signal in another way first. Returns what went wrong, if anything did. */
  readonly tell?: (signal: NodeJS.Signals) => Promise<string | undefined>;
  /** Keeps it in the terminal's own group of processes, whose keys reach it without us. */
  readonly terminal: boolean;
  /** Told which process it is, as soon as it is there. */
  readonly started?: (process: number) => void;
  /** Ends by force what does not end by itself. */
  readonly force?: () => void;
  /** Milliseconds that it has to end by itself. */
  readonly grace?: number;
  /** Hears of signals from now on, until what it returns is called. Absent: none are passed on. */
  readonly signals?: (hear: (signal: NodeJS.Signals) => void) => () => void;
  /** Default: this process's own streams. */
  readonly stdio?: StdioOptions;
}

/** As `docker stop` has it. */
const usualGrace = 10_000;
/** As `docker run` has it. */
const insistence = 3;

/**
 * Runs a program to its end, with our streams and signals. Returns its exit code; 128 and the signal that ended it.
 * The first process of a container is deaf to signals that it does not handle. So it is ended by force some time after
 * it was told to end, or when it is told so again and again.
 */
export function inForeground({ file, args }: Start, options: ForegroundOptions): Promise<number> {
  const { environment, passesSignals, tell, terminal, signals, stdio = "inherit" } = options;
  const { started, force, grace = usualGrace } = options;
  const child = spawn(file, args, { stdio, env: environment, detached: !terminal });
  if (child.pid !== undefined) started?.(child.pid);
  let told = 0;
  let timer: NodeJS.Timeout | undefined;
  const stop = signals?.((signal) => {
    // The terminal has sent this one to everybody.
    if (terminal && (signal === "SIGINT" || signal === "SIGQUIT")) return;
    if (child.pid === undefined) return;
    if (tell !== undefined) void tell(signal).then((problem) => problem !== undefined && child.kill(signal));
    else if (passesSignals) child.kill(signal);
    else void signalChild(child.pid, signal);
    if (force === undefined) return;
    if (signal === "SIGTERM" || signal === "SIGHUP") timer ??= setTimeout(force, grace);
    if (signal === "SIGTERM" || signal === "SIGINT") told += 1;
    if (told === insistence) force();
  });
  return new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  }).finally(() => {
    clearTimeout(timer);
    stop?.();
  });
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
