import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { BuildResult } from "../../src/index.ts";

const main = join(import.meta.dirname, "../../src/cli/main.js");

export interface TimedBuild {
  readonly result: BuildResult;
  /** From start to exit, in milliseconds. */
  readonly took: number;
}

/**
 * Runs `tare build` on a folder, as anybody would.
 * @param ended hears of each step when it is over: its own words, and milliseconds
 * @throws with all that it said when it fails
 */
export async function timedBuild(
  folder: string,
  store: string,
  to: readonly string[],
  ended: (step: string, took: number) => void = () => {},
): Promise<TimedBuild> {
  const start = performance.now();
  const child = spawn(
    process.execPath,
    [main, "build", folder, "--json", ...to.flatMap((location) => ["--to", location])],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, TARE_STORE: store } },
  );
  let json = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    json += chunk;
  });
  const said: string[] = [];
  let step = "Starting";
  let since = start;
  const lap = (next: string) => {
    const now = performance.now();
    ended(step, now - since);
    step = next;
    since = now;
  };
  createInterface({ input: child.stderr }).on("line", (line) => {
    said.push(line);
    // The other lines are notes, and how far a long step has come.
    if (!line.startsWith("tare: ") && !line.startsWith(`${step}: `)) lap(line);
  });
  const status = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (status !== 0) throw new Error(`tare build ended with ${status}:\n${said.join("\n")}`);
  lap("");
  return { result: JSON.parse(json), took: performance.now() - start };
}
