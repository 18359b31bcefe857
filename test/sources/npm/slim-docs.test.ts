import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { slimRules } from "../../../src/sources/npm/unpack/slim.ts";

test("docs/npm.md lists every rule as it is", () => {
  const quoted = (texts: readonly string[] = []) => texts.map((text) => `\`${text}\``).join(" ");
  const rows = slimRules.map(
    ({ what, names, endings }) => `| ${what} | ${quoted(names)} | ${quoted(endings)} |`,
  );
  const text = readFileSync("docs/npm.md", "utf8");
  expect(rows.filter((row) => !text.includes(row))).toEqual([]);
});
