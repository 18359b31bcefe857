import { expect, test } from "vitest";
import { compareEvr, comparePart, parseEvr, rangesMeet } from "../../../src/formats/rpm/version.ts";

test("a version is taken apart at its first colon and its last hyphen", () => {
  expect(parseEvr("2:1.0-3.fc41")).toEqual({ epoch: "2", version: "1.0", release: "3.fc41" });
  expect(parseEvr("1.0")).toEqual({ version: "1.0" });
  expect(parseEvr(":1-a-2")).toEqual({ epoch: "0", version: "1-a", release: "2" });
  expect(parseEvr("x:1-2")).toEqual({ version: "x:1", release: "2" });
});

test.each([
  ["1.0", "1.0", 0],
  ["1.0", "2.0", -1],
  ["2.0.1", "2.0", 1],
  ["2.0.1a", "2.0.1", 1],
  ["5.5p10", "5.5p1", 1],
  ["10xyz", "10.1xyz", -1],
  ["xyz10", "xyz10.1", -1],
  ["xyz.4", "8", -1],
  ["5.6p1", "6.5p1", -1],
  ["6.0.rc1", "6.0", 1],
  ["10b2", "10a1", 1],
  ["1.0aa", "1.0a", 1],
  ["10.0001", "10.0039", -1],
  ["4.999.9", "5.0", -1],
  ["2_0", "2.0", 0],
  ["a+", "a_", 0],
  ["+_", "_+", 0],
  ["1.0~rc1", "1.0", -1],
  ["1.0~rc1", "1.0~rc2", -1],
  ["1.0~rc1~git1", "1.0~rc1", -1],
  ["1.0^", "1.0", 1],
  ["1.0^git1", "1.0.1", -1],
  ["1.0^git1~pre", "1.0^git1", -1],
  ["1.0~rc1^git1", "1.0~rc1", 1],
  ["00000000000000000000000001", "1", 0],
  ["99999999999999999999999998", "99999999999999999999999999", -1],
])("%s against %s is %i", (a, b, order) => {
  expect(Math.sign(comparePart(a, b))).toBe(order);
  expect(Math.sign(comparePart(b, a))).toBe(order === 0 ? 0 : -order);
});

test("an epoch goes before all else, and none is 0", () => {
  expect(compareEvr("1:1-1", "9-1")).toBeGreaterThan(0);
  expect(compareEvr("0:1-1", "1-1")).toBe(0);
  expect(compareEvr("1-2", "1-10")).toBeLessThan(0);
});

test.each([
  ["= 1.0-1", "= 1.0", true],
  ["= 1.0-1", "> 1.0", false],
  ["= 1.0-1", ">= 1.0", true],
  ["= 1.0-1", "< 1.0-2", true],
  ["= 1.0-1", "= 1.0-2", false],
  ["= 1:1.0-1", ">= 2.0", true],
  ["= 1:1.0-1", "< 2.0", false],
  ["< 2", "> 1", true],
  ["< 2", "> 3", false],
  ["<= 2", ">= 2", true],
  ["< 2", "< 1", true],
])("%s and %s meet: %s", (one, other, meet) => {
  const range = (text: string) => {
    const [operator, version] = text.split(" ");
    return { operator, version } as { operator: "<"; version: string };
  };
  expect(rangesMeet(range(one), range(other))).toBe(meet);
  expect(rangesMeet(range(other), range(one))).toBe(meet);
  expect(rangesMeet({}, range(other))).toBe(true);
});

test("a megabyte of anything is compared at once", () => {
  const long = "1.a~^".repeat(200_000);
  expect(comparePart(`${long}1`, `${long}2`)).toBeLessThan(0);
});
