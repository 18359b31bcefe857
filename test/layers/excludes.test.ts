import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  defaultExcludes,
  exclude,
  include,
  isExcluded,
  keepLocales,
  matchesGlob,
} from "../../src/layers/excludes.ts";
import { needsPeers } from "../kit/peers.ts";

test.each([
  ["usr/share/doc/bash/README", true],
  ["usr/share/doc/bash/copyright", false],
  ["usr/share/doc/bash/examples/copyright", false],
  ["usr/share/doc", false],
  ["usr/share/doctrine/x", false],
  ["usr/share/man/de/man1/ls.1.gz", true],
  ["usr/share/locale/de/LC_MESSAGES/dpkg.mo", true],
  ["usr/share/locale/locale.alias", false],
  ["usr/lib/locale/C.utf8/LC_CTYPE", false],
  ["usr/share/lintian/overrides/bash", true],
  ["usr/bin/bash", false],
])("by default %s is left out: %s", (path, out) => {
  expect(isExcluded(path, defaultExcludes)).toBe(out);
});

test("locales that are asked for stay, with their countries and variants, and no others", () => {
  const rules = [...defaultExcludes, ...keepLocales(["de", "pt_BR"])];
  const kept = ["de", "de_AT", "de@euro", "den", "pt_BR", "pt", "pt_PT"].filter(
    (locale) => !isExcluded(`usr/share/locale/${locale}/LC_MESSAGES/x.mo`, rules),
  );
  expect(kept).toEqual(["de", "de_AT", "de@euro", "pt_BR"]);
});

test("the last rule that matches decides, as in dpkg.cfg", () => {
  const rules = [include("/a/*"), exclude("/a/b*"), include("/a/bc"), exclude("/a/bcd")];
  expect(["a/x", "a/b", "a/bc", "a/bcd", "z"].map((path) => isExcluded(path, rules))).toEqual([
    false,
    true,
    false,
    true,
    false,
  ]);
  expect(isExcluded("anything", [])).toBe(false);
});

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
  expect(matchesGlob(text, glob)).toBe(is);
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
  const differing = pairs.filter(([text, glob], at) => matchesGlob(text, glob) !== theirs[at]);
  expect(differing).toEqual([]);
});

test("a glob that is all stars takes no time", () => {
  const start = performance.now();
  expect(matchesGlob("a".repeat(4000), `${"*a".repeat(500)}b`)).toBe(false);
  expect(matchesGlob("a".repeat(4000), "*[a-z]".repeat(300))).toBe(true);
  expect(performance.now() - start).toBeLessThan(2000);
});
