import { describe, expect, test } from "vitest";
import { parseRelations, relationText } from "../../../src/formats/deb/relation.ts";

test("alternatives, versions and qualifiers", () => {
  expect(
    parseRelations("libc6 (>= 2.36), debconf (>= 0.5) | debconf-2.0, python3:any", "Depends of x"),
  ).toEqual([
    [{ name: "libc6", operator: ">=", version: "2.36" }],
    [{ name: "debconf", operator: ">=", version: "0.5" }, { name: "debconf-2.0" }],
    [{ name: "python3", qualifier: "any" }],
  ]);
});

test("the old spellings < and > mean <= and >=", () => {
  expect(parseRelations("a (< 1), b(>2), c (<<3)", "Depends of x").flat()).toEqual([
    { name: "a", operator: "<=", version: "1" },
    { name: "b", operator: ">=", version: "2" },
    { name: "c", operator: "<<", version: "3" },
  ]);
});

test("architecture lists and build profiles are read", () => {
  expect(parseRelations("a (= 1) [amd64 !i386] <!nocheck> <cross stage1>", "Depends of x")).toEqual([
    [
      {
        name: "a",
        operator: "=",
        version: "1",
        architectures: ["amd64", "!i386"],
        profiles: [["!nocheck"], ["cross", "stage1"]],
      },
    ],
  ]);
});

test("blanks, line breaks and a trailing comma do not matter", () => {
  expect(parseRelations("a\n , b ,\n", "Depends of x")).toEqual([[{ name: "a" }], [{ name: "b" }]]);
  expect(parseRelations("  ", "Depends of x")).toEqual([]);
});

test("a relation is written as a person would", () => {
  const text = parseRelations("a:any (>= 1) [amd64]", "Depends of x").flat().map(relationText);
  expect(text).toEqual(["a:any (>= 1)"]);
});

describe("refuses with a sentence", () => {
  test.each([
    ["a | ", "an alternative is empty"],
    ["(>= 1)", "does not begin with a package name"],
    ["../x", "does not begin with a package name"],
    ["a (>> )", "is not understood"],
    ["a (>< 1)", ">< is not an operator"],
    ["a (>= 1", "is not understood"],
    ["a b", '"b" is not understood'],
  ])("%j", (text, why) => {
    expect(() => parseRelations(text, "Depends of x")).toThrow(why);
    expect(() => parseRelations(text, "Depends of x")).toThrow(
      "Depends of x has a relation that cannot be read",
    );
  });

  test("a field of a megabyte, in no time", () => {
    expect(() => parseRelations("a (".repeat(400_000), "Depends of x")).toThrow("it is too long");
    expect(() =>
      parseRelations(" ".repeat(500_000).concat("a (>=", " ".repeat(500_000)), "Depends of x"),
    ).toThrow();
  });
});
