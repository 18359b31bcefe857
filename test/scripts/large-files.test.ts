import { expect, test } from "vitest";
import { readingScriptlet } from "../kit/rpm-scripted.ts";

test("a loop that goes over ever larger files is given up after so many characters", () => {
  const { findings } = readingScriptlet(
    "echo a > /etc/a; while true; do cat /etc/a /etc/a > /etc/b; cat /etc/b > /etc/a; done",
  );
  expect(findings.needs.at(-1)).toEqual({ line: 1, why: "it takes too many steps" });
});
