import { expect, test } from "vitest";
import { type EngineWish, engineNote } from "../../../src/sources/npm/engines.ts";

const wish = (node: string, name?: string): EngineWish => ({ package: name, node });
const says = (who: string) =>
  `Node.js 24.1.0 is not what \`engines.node\` asks for in ${who}; \`node\` in the recipe names another.`;

test.each<[string, EngineWish[], string]>([
  ["the project", [wish(">=26")], "the project (>=26)"],
  ["a package", [wish("^22\n", "a 1.0.0")], "a 1.0.0 (^22)"],
  [
    "the project before a package",
    [wish("<20", "a 1.0.0"), wish("22.x")],
    "the project (22.x) and a 1.0.0 (<20)",
  ],
  ["a package on two platforms", [wish("<20", "a 1.0.0"), wish("<20", "a 1.0.0")], "a 1.0.0 (<20)"],
  [
    "many",
    ["e 1", "d 1", "c 1", "b 1", "a 1"].map((name) => wish("<20", name)),
    "a 1 (<20), b 1 (<20), c 1 (<20) and 2 more",
  ],
])("a Node.js that does not fit is told: %s", (_, wishes, who) => {
  expect(engineNote("24.1.0", wishes)).toBe(says(who));
});

test("what fits, and what nobody can read, is not told", () => {
  const sound = [">=18", "*", "", "^22 || ^24", ">= 0.4", "24.x"];
  const unreadable = ["node", "please", `>=26${" ".repeat(300)}`];
  expect(
    engineNote(
      "24.1.0",
      [...sound, ...unreadable].map((node) => wish(node, "a 1")),
    ),
  ).toBeUndefined();
  expect(engineNote("24.1.0", [])).toBeUndefined();
});
