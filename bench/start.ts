/**
 * How long `tare --version` takes beside `node -e 0`, both as new processes, in turn, so that what else the machine
 * does falls on both alike. The goal: below 1.5 times.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

const rounds = Number(process.argv[2] ?? 40);
const root = join(import.meta.dirname, "..");
execFileSync(process.execPath, [join(root, "scripts/build.ts")], { stdio: "inherit" });

const candidates: Record<string, readonly string[]> = {
  "node -e 0": ["-e", "0"],
  "tare --version": [join(root, "dist/cli.js"), "--version"],
};
const times = new Map(Object.keys(candidates).map((name) => [name, [] as number[]]));
for (let round = 0; round < rounds + 3; round++)
  for (const [name, args] of Object.entries(candidates)) {
    const start = performance.now();
    execFileSync(process.execPath, args, { stdio: "ignore" });
    // The first rounds fill the compile cache and the page cache.
    if (round >= 3) times.get(name)?.push(performance.now() - start);
  }

const medians = [...times].map(([name, all]) => {
  const sorted = all.sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? Number.NaN;
  console.log(`${name.padEnd(16)} median ${median.toFixed(1)} ms, best ${sorted[0]?.toFixed(1)} ms`);
  return median;
});
const [bare = Number.NaN, ours = Number.NaN] = medians;
console.log(`ratio ${(ours / bare).toFixed(2)} over ${rounds} rounds on Node ${process.version}`);
