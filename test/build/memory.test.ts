import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { withWorkplace } from "../kit/workplace.ts";

const megabytes = 300;
/** Of the process itself: what `resourceUsage` tells counts the test that started it. */
const report = `import { readFileSync } from "node:fs";
process.on("exit", () => {
  const [, peak] = /VmHWM:\\s*(\\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
  process.stderr.write("peak " + Math.round(peak / 1024));
});`;

test(`a package with a file of ${megabytes} MB is built in less memory than that`, {
  timeout: 180_000,
}, async (context) => {
  if (process.platform !== "linux") context.skip("only Linux tells the peak of a process");
  // gzip finds nothing in it, zstd finds that it repeats: the package is small, its member is not.
  const content = Buffer.alloc(megabytes << 20, randomBytes(1 << 20));
  const packages = [{ name: "large", files: { "usr/share/large": content }, compression: "zst" as const }];
  const recipe = {
    packages: { include: ["large"] },
    to: ["docker-archive:image.tar"],
    compression: "gzip:1",
  };
  await withWorkplace({ packages, recipe }, async (place) => {
    const peakOf = async (line: string) => {
      const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(report)}`;
      const { code, stderr } = await place.start(line, { environment: { NODE_OPTIONS } }).ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^peak \d+$/) });
      return Number(stderr.slice(5));
    };
    const peaks = {
      build: await peakOf("build --quiet --threads 2"),
      again: await peakOf("build --quiet"),
      flattened: await peakOf("build --quiet --to tar:root.tar"),
      verified: await peakOf("store verify --quiet"),
    };
    for (const [what, peak] of Object.entries(peaks))
      expect({ what, fits: peak < megabytes }).toEqual({ what, fits: true });
  });
});
