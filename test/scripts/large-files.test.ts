import { expect, test } from "vitest";
import { readingScriptlet } from "../kit/rpm-scripted.ts";

test("a loop that goes over ever larger files is given up after so many characters", () => {
  const { findings } = readingScriptlet(
    "echo a > /etc/a; while true; do cat /etc/a /etc/a > /etc/b; cat /etc/b > /etc/a; done",
  );
  expect(findings.needs.at(-1)).toEqual({ line: 1, why: "it takes too many steps" });
});

test("a pattern of hundreds of stars is followed along a long line", () => {
  const line = "a".repeat(20_000);
  const { text } = readingScriptlet(`echo ${line} | grep '${"a*".repeat(400)}b' || echo none > /etc/a`);
  expect(text("/etc/a")).toBe("none\n");
});
