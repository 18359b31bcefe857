import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { shellPattern } from "../../src/rootfs/glob.ts";
import { needsPeers } from "../kit/peers.ts";

const globs: [string, string, boolean][] = [
  ["/a/b/c", "/a/*", true],
  ["/a", "/a/*", false],
  ["/a/b", "/a?b", true],
  ["/a/b", "*b", true],
  ["", "*", true],
  ["", "", true],
  ["abc", "a**c", true],
  ["abc", "a[b-d]c", true],
  ["abc", "a[!b-d]c", false],
  ["a]c", "a[]]c", true],
  ["abc", "a[]b]c", true],
  ["a-c", "a[b-]c", true],
  ["a!c", "a[b!]c", true],
  ["a[c", "a[c", true],
  ["a*c", "a\\*c", true],
  ["abc", "a\\*c", false],
  ["a\\c", "a\\\\c", true],
  [".x", "*x", true],
];

test.each(globs)("%j matches %j: %s", (text, glob, is) => {
  expect(shellPattern(glob)(text)).toBe(is);
});

test("fnmatch of the system's own C library says the same", (context) => {
  needsPeers(context, "python3");
  const random = fc.sample(
    fc.tuple(
      fc.string({ unit: fc.constantFrom("a", "b", "/", "-", "]", "."), maxLength: 6 }),
      fc.string({ unit: fc.constantFrom("a", "b", "*", "?", "[a", "b]", "[!", "-", "/"), maxLength: 7 }),
    ),
    { numRuns: 4000, seed: 7 },
  );
  const pairs = [...globs.map(([text, glob]) => [text, glob] as const), ...random];
  const program = [
    "import ctypes, json, sys",
    "match = ctypes.CDLL(None).fnmatch",
    "print(json.dumps([match(g.encode(), t.encode(), 0) == 0 for t, g in json.load(sys.stdin)]))",
  ].join("\n");
  const answer = execFileSync("python3", ["-c", program], { input: JSON.stringify(pairs), encoding: "utf8" });
  const theirs = JSON.parse(answer) as boolean[];
  const differing = pairs.filter(([text, glob], at) => shellPattern(glob)(text) !== theirs[at]);
  expect(differing).toEqual([]);
});

test("a glob that is all stars takes no time", () => {
  expect(shellPattern(`${"*a".repeat(500)}b`)("a".repeat(4000))).toBe(false);
  expect(shellPattern("*[a-z]".repeat(300))("a".repeat(4000))).toBe(true);
});
