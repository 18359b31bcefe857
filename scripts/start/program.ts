import { type SpawnSyncReturns, spawnSync } from "node:child_process";

export const asRoot = process.getuid?.() === 0;

/** Runs a program to its end; a failure is an answer, too. */
export function run(program: string, args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
}

/** The same, for a program that has to succeed. Returns its standard output; throws the last line that it said. */
export function mustRun(program: string, args: readonly string[]): string {
  const { error, status, signal, stdout, stderr } = run(program, args);
  if (error && "code" in error && error.code === "ENOENT") throw new Error("not installed");
  if (error) throw new Error(error.message);
  if (status === 0) return stdout;
  const [why = `ended with ${status ?? signal}`] = stderr.trim().split("\n").slice(-1);
  throw new Error(why.slice(0, 160));
}
