import { describe, expect, test } from "vitest";
import { beginsWithVersion, compareApkVersions, isApkVersion } from "../../../src/formats/apk/version.ts";

describe("comparing", () => {
  /** Each is earlier than the next: as `apk version -t` of apk-tools 2.12.14 says. */
  const order = [
    "0.1_alpha",
    "0.1_alpha1",
    "0.1_alpha1_p1",
    "0.1_beta",
    "0.1_pre",
    "0.1_rc1",
    "0.1",
    "0.1-r0",
    "0.1-r1",
    "0.1-r10",
    "0.1_cvs1",
    "0.1_git20230101",
    "0.1_p1",
    "0.1_p2-r3",
    "0.1a",
    "0.1b",
    "0.1.1",
    "0.9",
    "0.10",
    "1.0001",
    "1.001",
    "1.01",
    "1.1",
    "20230101",
  ];
  test.each(order.slice(1).map((later, at) => [order[at] as string, later]))(
    "%s is earlier than %s",
    (a, b) => {
      expect(compareApkVersions(a, b)).toBeLessThan(0);
      expect(compareApkVersions(b, a)).toBeGreaterThan(0);
    },
  );

  test("equal versions are told apart by nothing", () => {
    expect(compareApkVersions("1.2-r0", "1.2-r0")).toBe(0);
  });
});

describe("what counts as a version", () => {
  test.each([
    "1",
    "1.2.3",
    "1.2a",
    "1.2_rc1_p2-r3",
    "3.0.15-r0",
    "1.0_git20230101-r1",
    "1.2~ab12-r0",
    "2.1b4",
  ])("%s does", (text) => expect(isApkVersion(text)).toBe(true));
  test.each(["", "a", "1.", "1..2", "1-1", "1_foo", "1.2-r", "1 2", `1.${"9".repeat(18)}`, "1".repeat(300)])(
    "%s does not",
    (text) => expect(isApkVersion(text)).toBe(false),
  );
});

test("a version begins with what ~ asks for, part by part", () => {
  expect(beginsWithVersion("1.2.3-r4", "1.2")).toBe(true);
  expect(beginsWithVersion("1.2.3-r4", "1.2.3")).toBe(true);
  expect(beginsWithVersion("1.20", "1.2")).toBe(false);
  expect(beginsWithVersion("1.2", "1.2.3")).toBe(false);
});
