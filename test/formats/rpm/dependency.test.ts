import { expect, test } from "vitest";
import { dependencyText, operatorOf, parseDependency } from "../../../src/formats/rpm/dependency.ts";

const parse = (text: string) => parseDependency(text, "Requires of x");

test("a plain dependency is a name, and perhaps a range", () => {
  expect(parse("libc.so.6(GLIBC_2.34)(64bit)")).toEqual({ name: "libc.so.6(GLIBC_2.34)(64bit)" });
  expect(parse("config(x) >= 1:2-3")).toEqual({ name: "config(x)", operator: ">=", version: "1:2-3" });
});

test("a rich one is a tree, and parentheses within names are part of them", () => {
  expect(parse("(a if (b >= 2 and libx.so()(64bit)) else c)")).toEqual({
    operator: "if",
    left: { name: "a" },
    right: {
      operator: "and",
      left: { name: "b", operator: ">=", version: "2" },
      right: { name: "libx.so()(64bit)" },
    },
    otherwise: { name: "c" },
  });
  expect(parse("(a or b or c)")).toEqual({
    operator: "or",
    left: { name: "a" },
    right: { operator: "or", left: { name: "b" }, right: { name: "c" } },
  });
});

test.each([
  "(a and b and c)",
  "((a with b) or c)",
  "(a unless b)",
  "(a without b = 1)",
  "x = 1",
  "((a if b) or (c unless d else e))",
])("%s is written as it was read", (text) => expect(dependencyText(parse(text))).toBe(text));

test.each([
  ["", "it ends too early"],
  ["a b", '"b" is not understood'],
  ["a >=", "it ends too early"],
  ["(a", "it ends too early"],
  ["(a and b or c)", "a parenthesis is not closed"],
  ["(a if b if c)", "a parenthesis is not closed"],
  ["(a nor b)", '"nor" does not join two dependencies'],
  ["(and b)", '"and" is not a name'],
  ["(a >= )", "a version is missing"],
  [`${"(".repeat(99)}a`, "nested more than 64 deep"],
  ["x".repeat(20_000), "it is too long"],
])("%s is refused", (text, why) => expect(() => parse(text)).toThrow(why));

test("flags of a header say how versions compare", () => {
  expect([0, 2, 4, 8, 10, 12, 0x4000].map(operatorOf)).toEqual([
    undefined,
    "<",
    ">",
    "=",
    "<=",
    ">=",
    undefined,
  ]);
});
