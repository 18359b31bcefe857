import { expect, test } from "vitest";
import { isPlainName, withSum } from "../../src/formats/sha256sums.ts";

const [one, two] = ["1".repeat(64), "2".repeat(64)];

test.each([
  ["", `${two}  b.tar\n`],
  [`${one}  a.tar\n`, `${one}  a.tar\n${two}  b.tar\n`],
  [`${one} *b.tar\n${one}  c.tar`, `${two}  b.tar\n${one}  c.tar\n`],
  [
    `${one}  a b.tar\n${one}  b.tar\n${one}  c\n${one} *b.tar\n`,
    `${one}  a b.tar\n${two}  b.tar\n${one}  c\n`,
  ],
  ["# no sum  b.tar\n", `# no sum  b.tar\n${two}  b.tar\n`],
])("sums %j with another one", (before, after) => {
  expect(withSum(before, "b.tar", two)).toBe(after);
  expect(withSum(after, "b.tar", two)).toBe(after);
});

test.each([
  ["root.tar", true],
  ["a b.tar.gz", true],
  ["", false],
  ["a\nb", false],
  ["a\\b", false],
  ["a/b", false],
])("%j as a name in sums: %s", (name, plain) => {
  expect(isPlainName(name)).toBe(plain);
});
