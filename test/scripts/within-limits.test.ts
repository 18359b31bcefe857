import { expect, test } from "vitest";
import { withinLimits } from "../../src/scripts/within-limits.ts";
import { Workspace } from "../../src/scripts/workspace.ts";

const nothing = { get: () => undefined, under: () => [], read: () => undefined };

test("a workspace that is full says so in a sentence", () => {
  const workspace = new Workspace(nothing, 0);
  const fill = () => {
    for (let number = 0; number <= 200_000; number += 1) workspace.write(`/${number}`, "");
  };
  expect(() => withinLimits(fill)).toThrow(
    "The root of these packages cannot be unpacked: their scripts and owners change too many files.",
  );
});

test("whatever else fails is not taken for that", () => {
  expect(() => withinLimits(() => "a".repeat(-1))).toThrow(RangeError);
  expect(withinLimits(() => 1)).toBe(1);
});
