import { expect, test } from "vitest";
import { isPattern, matchesPattern } from "../../../src/sources/fedora/pattern.ts";

test.each([
  ["httpd", "httpd"],
  ["http?", "httpd"],
  ["*", ""],
  ["python3-*", "python3-"],
  ["*-devel", "glibc-devel-devel"],
  ["k*l*l", "kernel-modules-internal"],
  ["c++*", "c++filt"],
  ["[ab]*", "a"],
  ["[!b-z]?", "ab"],
  ["[^]]*[]-]", "a-"],
  ["[a-]b", "-b"],
  ["[ab", "[ab"],
])("%s fits %j", (pattern, text) => expect(matchesPattern(pattern, text)).toBe(true));

test.each([
  ["httpd", "httpd-tools"],
  ["http?", "http"],
  ["python3-*", "python3"],
  ["*-devel", "glibc-devel-static"],
  ["[ab]*", "c"],
  ["[!b-z]?", "bb"],
  ["[z-a]", "b"],
  ["[ab]", ""],
  ["a.c", "abc"],
])("%s does not fit %j", (pattern, text) => expect(matchesPattern(pattern, text)).toBe(false));

test("only *, ? and [ make a pattern", () => {
  expect(["python3-*", "http?", "[ab]"].every(isPattern)).toBe(true);
  expect(["perl(JSON)", "c++"].some(isPattern)).toBe(false);
});

test("a hostile pattern ends", () => {
  expect(matchesPattern("*a".repeat(200), "a".repeat(2000))).toBe(true);
  expect(matchesPattern(`${"*a".repeat(200)}b`, "a".repeat(2000))).toBe(false);
});
