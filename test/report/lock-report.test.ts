import { expect, test } from "vitest";
import type { Package } from "../../src/model/package.ts";
import { lockChanges, lockReport } from "../../src/report/lock-report.ts";

/** `ms@2.0.0`, of npm, in a place of its own; `libc6=2.36`, of Debian, or `libc6:i386=2.36`. */
function packages(text: string): Package[] {
  return text
    .split(" ")
    .filter((word) => word !== "")
    .map((word, index) => {
      const [, name = "", architecture = "amd64", sign, version = ""] =
        /^([a-z0-9]+)(?::([a-z0-9]+))?([=@])(.*)$/.exec(word) ?? [];
      const common = { name, version, digest: `sha256:${"0".repeat(64)}` as const, size: 1, source: name };
      const npm = { architecture: "any", repository: "npm", path: `node_modules/${index}`, location: "x" };
      const debian = { architecture, repository: "debian/bookworm", location: "pool/x" };
      return { ...common, ...(sign === "@" ? npm : debian), because: [] };
    });
}

function report(before: string, after: string): string[] {
  const of = (text: string) => [{ platform: "linux/amd64", packages: packages(text) }];
  const [, platform, ...lines] = lockReport("tare.lock", true, lockChanges(of(before), of(after))).split(
    "\n",
  );
  expect(platform).toBe("  linux/amd64");
  return lines.filter((line) => line !== "").map((line) => line.trim());
}

test.each([
  [
    "a package that is new, one that is gone, one that changed",
    "a=1 b=1",
    "b=2 c=1",
    ["- a 1", "~ b 1 → 2", "+ c 1"],
  ],
  ["one architecture of several", "a=1 a:i386=1", "a=1 a:i386=2", ["~ a:i386 1 → 2"]],
  ["an npm package", "ms@1.0.0", "ms@2.0.0", ["~ ms 1.0.0 → 2.0.0"]],
  ["one version of several", "ms@1.0.0 ms@2.0.0", "ms@1.0.0 ms@2.1.0", ["~ ms@2.0.0 → 2.1.0"]],
  ["a version beside another", "ms@1.0.0", "ms@1.0.0 ms@2.0.0", ["+ ms@2.0.0"]],
  ["a version that left another", "ms@1.0.0 ms@2.0.0", "ms@2.0.0", ["- ms@1.0.0"]],
  ["a name that two sources have", "ms=1 ms@1.0.0", "ms=2 ms@1.0.0", ["~ ms 1 → 2"]],
])("%s", (_, before, after, lines) => {
  expect(report(before, after)).toEqual(lines);
});
