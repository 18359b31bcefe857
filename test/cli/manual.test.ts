import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { commands } from "../../src/cli/commands/all.ts";
import { commandHelp, manual } from "../../src/cli/help.ts";

test("docs/cli.md is what the commands say; `node scripts/manual.ts` writes it", () => {
  expect(readFileSync("docs/cli.md", "utf8")).toBe(manual(commands));
});

describe.each(commands.map((command) => [command.name, command] as const))(
  "tare %s --help",
  (name, command) => {
    test("has an example that begins with the command", () => {
      expect(command.examples.length).toBeGreaterThan(0);
      for (const { line } of command.examples) expect(line.startsWith(`tare ${name}`)).toBe(true);
    });

    test("fits on a terminal, but for long examples", () => {
      const before = commandHelp(command).split("\nExamples:")[0] ?? "";
      expect(before.split("\n").filter((line) => line.length > 84)).toEqual([]);
    });
  },
);
