import { expect, test } from "vitest";
import type { Package } from "../../src/model/package.ts";
import { lockChanges, lockReport } from "../../src/report/lock-report.ts";

/** `ms@2.0.0`, of npm, in a place of its own; `libc6=2.36`, of Debian, or `libc6:i386=2.36`; `#7` names other bytes. */
function packages(text: string): Package[] {
  return text
    .split(" ")
    .filter((word) => word !== "")
    .map((word, index) => {
      const [, name = "", architecture = "amd64", sign, version = "", bytes = "0"] =
        /^([a-z0-9]+)(?::([a-z0-9]+))?([=@])([^#]*)(?:#(\d))?$/.exec(word) ?? [];
      const common = { name, version, digest: `sha256:${bytes.repeat(64)}` as const, size: 1, source: name };
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
  ["the same version of other bytes", "a=1 b=1", "a=1#7 b=1", ["~ a 1: other bytes"]],
  [
    "one version of several, of other bytes",
    "ms@1.0.0 ms@2.0.0",
    "ms@1.0.0 ms@2.0.0#7",
    ["~ ms@2.0.0: other bytes"],
  ],
  ["a version in one place less", "ms@1.0.0 ms@1.0.0 b=1", "ms@1.0.0 b=2", ["~ b 1 → 2"]],
])("%s", (_, before, after, lines) => {
  expect(report(before, after)).toEqual(lines);
});

test("a package of other bytes counts as a change", () => {
  const of = (text: string) => [{ platform: "linux/amd64", packages: packages(text) }];
  const changes = lockChanges(of("a=1"), of("a=1#7"));
  expect(changes).toEqual([{ platform: "linux/amd64", name: "a", from: "1", to: "1", otherBytes: true }]);
  expect(lockReport("tare.lock", true, changes)).toContain("1 change of packages.");
});
