import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareVersions, parseVersion, satisfies } from "../../../src/formats/deb/version.ts";
import { debianVersion } from "../../kit/debian-version.ts";

describe("comparing", () => {
  /** Each is earlier than the next. */
  const order = [
    "~~",
    "~~a",
    "~",
    "",
    "0.1~beta1",
    "0.1",
    "0.1-1~bpo12+1",
    "0.1-1",
    "0.1-1+b1",
    "0.1-1.1",
    "0.1a",
    "0.1+dfsg-1",
    "0.9",
    "0.10",
    "1.0~rc1-1",
    "1.0-1",
    "1:0.1",
    "2:0",
    "10:0",
    "10:a",
  ];
  test.each(order.slice(1).map((later, at) => [order[at] as string, later]))(
    "%s is earlier than %s",
    (a, b) => {
      expect(compareVersions(a, b)).toBeLessThan(0);
      expect(compareVersions(b, a)).toBeGreaterThan(0);
    },
  );

  test.each([
    ["1.0", "0:1.0"],
    ["1.0", "1.0-0"],
    ["1.00", "1.0"],
    ["1.0", "1.0-"],
    ["007", "7"],
  ])("%s is as good as %s", (a, b) => {
    expect(compareVersions(a, b)).toBe(0);
  });

  test("a number too long for arithmetic is compared digit by digit", () => {
    expect(compareVersions("1.99999999999999999999999", "1.100000000000000000000000")).toBeLessThan(0);
  });

  test("the order is the same from both sides, and transitive", () => {
    fc.assert(
      fc.property(debianVersion, debianVersion, debianVersion, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  test("the operators of a relation", () => {
    expect(satisfies("1.0", "<<", "1.0")).toBe(false);
    expect(satisfies("1.0", "<=", "1.0")).toBe(true);
    expect(satisfies("1.0", "=", "1.0-0")).toBe(true);
    expect(satisfies("1.0", ">=", "1.0~rc1")).toBe(true);
    expect(satisfies("1.0", ">>", "1.0")).toBe(false);
  });
});

describe("parsing", () => {
  test("takes a version apart at the first colon and the last hyphen", () => {
    expect(parseVersion("2:1.2-rc1-3")).toEqual({ epoch: 2, upstream: "1.2-rc1", revision: "3" });
    expect(parseVersion("1.0")).toEqual({ epoch: 0, upstream: "1.0", revision: "" });
  });

  test.each([
    ["", "upstream part does not begin with a digit"],
    ["a1", "upstream part does not begin with a digit"],
    ["x:1", "epoch is not a number"],
    ["9999999999:1", "epoch is too large"],
    ["1.0_2", "character that no version may have"],
    ["1.0-", "revision is empty"],
    ["1.0-1_2", "revision has a character"],
    ["1/../2", "character that no version may have"],
    ["1".repeat(2000), "more than 1024 characters"],
  ])("refuses %j", (text, why) => {
    expect(() => parseVersion(text)).toThrow(why);
  });
});
