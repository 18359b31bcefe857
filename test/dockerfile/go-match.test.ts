import { describe, expect, test } from "vitest";
import { hasWildcards, nameTest, unescaped } from "../../src/dockerfile/go-match.ts";

describe("a name and a pattern of Go's filepath.Match", () => {
  test.each([
    ["abc", "abc", true],
    ["*", "abc", true],
    ["*c", "abc", true],
    ["a*", "a", true],
    ["a*b*c*d*e*", "axbxcxdxe", true],
    ["a*b*c*d*e*", "axbxcxdxexxx", true],
    ["a*b?c*x", "abxbbxdbxebxczzx", true],
    ["a*b?c*x", "abxbbxdbxebxczzy", false],
    ["ab[c]", "abc", true],
    ["ab[b-d]", "abc", true],
    ["ab[e-g]", "abc", false],
    ["ab[^c]", "abc", false],
    ["ab[^b-d]", "abc", false],
    ["ab[^e-g]", "abc", true],
    ["a\\*b", "a*b", true],
    ["a\\*b", "ab", false],
    ["a?b", "a☺b", true],
    ["a[^a]b", "a☺b", true],
    ["a???b", "a☺b", false],
    ["[a-ζ]*", "α", true],
    ["*[a-ζ]", "A", false],
    ["[\\]a]", "]", true],
    ["[\\-]", "-", true],
    ["[x\\-]", "x", true],
    ["[x\\-]", "-", true],
    ["[x\\-]", "z", false],
    ["[\\-x]", "a", false],
    ["*x", "xxx", true],
    ["[!a]", "!", true],
    [".*", ".hidden", true],
    ["*", ".hidden", true],
  ])("%s and %s: %s", (pattern, name, want) => {
    expect(nameTest(pattern)?.(name)).toBe(want);
  });

  test.each(["[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "[", "[^", "[^bc", "a[", "a\\"])(
    "%s is none",
    (pattern) => {
      expect(nameTest(pattern)).toBeUndefined();
    },
  );

  test("take no time, however many stars", () => {
    expect(nameTest(`${"*a".repeat(500)}b`)?.("a".repeat(5000))).toBe(false);
  });

  test("an escape makes a plain name of it", () => {
    expect([hasWildcards("a\\*"), unescaped("a\\*\\[b"), hasWildcards("a[b]")]).toEqual([
      false,
      "a*[b",
      true,
    ]);
  });
});
