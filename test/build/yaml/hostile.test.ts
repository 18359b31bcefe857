// biome-ignore-all lint/suspicious/noTemplateCurlyInString: recipes write their variables so
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseLock } from "../../../src/build/lock/parse-lock.ts";
import { parseRecipe } from "../../../src/build/recipe/parse-recipe.ts";
import { nearest } from "../../../src/bytes/nearest.ts";
import { TareError } from "../../../src/errors.ts";

/** Text that looks like YAML often enough to get past the door. */
const yamlish = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "name",
        "packages",
        "files",
        "config",
        "variables",
        "version",
        "platforms",
        "from",
        "debian",
        "__proto__",
      ),
      fc.constantFrom(
        ": ",
        "- ",
        "\n",
        "\n  ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "*a",
        "&a ",
        "!x ",
        "${",
        "$$",
        "}",
        "|\n",
        "'",
        '"',
        "<<",
        "? ",
        "\0",
      ),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

test.each([
  ["a recipe", (text: string) => parseRecipe(text, { file: "f" })],
  ["a lock", (text: string) => parseLock(text, { file: "f" })],
])("whatever stands in %s, it is understood or refused with places", (_, parse) => {
  fc.assert(
    fc.property(yamlish, (text) => {
      try {
        parse(text);
      } catch (error) {
        if (!(error instanceof TareError)) throw error;
        for (const line of error.message.split("\n")) expect(line).toMatch(/^f:\d+:\d+: /);
      }
      expect(({} as Record<string, unknown>).debian).toBeUndefined();
    }),
    { numRuns: 2000 },
  );
});

test("a guess is close, or there is none", () => {
  const words = ["packages", "platforms", "files"];
  expect(nearest("pakages", words)).toBe("packages");
  expect(nearest("Files", words)).toBe("files");
  expect(nearest("x", words)).toBeUndefined();
  expect(nearest("entirely", words)).toBeUndefined();
  expect(nearest("p".repeat(1000), words)).toBeUndefined();
});
