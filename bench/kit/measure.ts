import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** One run of a program, its children included. */
export interface Run {
  /** Seconds on the clock. */
  readonly wall: number;
  /** Seconds of processor time, user and system. */
  readonly cpu: number;
  /** MB of the largest process of them. */
  readonly memory: number;
}

/** Runs a program under `/usr/bin/time`. Its output is thrown away unless it fails. */
export function measure(command: readonly string[], cwd: string): Run {
  const notes = `${cwd}/time`;
  const start = performance.now();
  const { status, stderr } = spawnSync("/usr/bin/time", ["-f", "%U %S %M", "-o", notes, ...command], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    maxBuffer: 1 << 28,
  });
  const wall = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${command.slice(0, 3).join(" ")} failed:\n${stderr}`);
  const [user = 0, system = 0, kilobytes = 0] = readFileSync(notes, "utf8").trim().split(" ").map(Number);
  return { wall, cpu: user + system, memory: kilobytes / 1024 };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** `wall 3.91 s (best 3.80), processor 7.1 s, 304 MB`. */
export function told(runs: readonly Run[]): string {
  const walls = runs.map(({ wall }) => wall);
  const cpu = Math.min(...runs.map((run) => run.cpu));
  const memory = Math.max(...runs.map((run) => run.memory));
  return `wall ${median(walls).toFixed(2)} s, best ${Math.min(...walls).toFixed(2)} s; processor, best ${cpu.toFixed(2)} s; largest process ${memory.toFixed(0)} MB`;
}

/** How many times as long `theirs` takes as `ours`: by the best clock times, and by the best processor times. */
export function ratio(theirs: readonly Run[], ours: readonly Run[]): string {
  const best = (runs: readonly Run[], of: (run: Run) => number) => Math.min(...runs.map(of));
  const wall = best(theirs, (run) => run.wall) / best(ours, (run) => run.wall);
  const cpu = best(theirs, (run) => run.cpu) / best(ours, (run) => run.cpu);
  return `${wall.toFixed(2)} times by the clock, ${cpu.toFixed(2)} by processor time`;
}
