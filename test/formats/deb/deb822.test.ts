import { expect, test } from "vitest";
import { parseDeb822 } from "../../../src/formats/deb/deb822.ts";

const parsed = (text: string) =>
  parseDeb822(text, "status").map(({ fields, line }) => ({ line, ...Object.fromEntries(fields) }));

test.each<[string, string, object[]]>([
  ["nothing", "", []],
  ["blank lines only", "\n \n\t\n", []],
  ["fields, by lower-case names", "Package: a\nVERSION:1\n", [{ line: 1, package: "a", version: "1" }]],
  [
    "stanzas between blank lines",
    "\nA: 1\n\n \nB: 2",
    [
      { line: 2, a: "1" },
      { line: 5, b: "2" },
    ],
  ],
  [
    "continuations, with the dot that stands for a blank line",
    "D: x\n  y\n .\n\tz\n",
    [{ line: 1, d: "x\n y\n.\nz" }],
  ],
  ["a value that begins on the next line", "Files:\n a\n b\n", [{ line: 1, files: "\na\nb" }]],
  [
    "colons in a value",
    "Homepage: https://mirror.example/\n",
    [{ line: 1, homepage: "https://mirror.example/" }],
  ],
  ["comments, between continuations too", "# c\nA: 1\n# d\n 2\n", [{ line: 2, a: "1\n2" }]],
  [
    "line ends of another system",
    "A: 1\r\n\r\nB: 2\r\n",
    [
      { line: 1, a: "1" },
      { line: 3, b: "2" },
    ],
  ],
  ["a blank before the colon, as dpkg takes it", "A : 1\n", [{ line: 1, a: "1" }]],
  [
    "names of an object's own machinery",
    "constructor: 1\n__proto__: 2\n",
    [{ line: 1, constructor: "1", ["__proto__"]: "2" }],
  ],
])("%s", (_, text, stanzas) => {
  expect(parsed(text)).toEqual(stanzas);
});

test.each([
  [
    "a continuation of nothing",
    " lost\n",
    "status:1 is not a sound control file: a continuation line without a field before it.",
  ],
  ["a continuation after a blank line", "A: 1\n\n lost\n", "status:3 "],
  [
    "a line without a colon",
    "A: 1\nnonsense\n",
    "status:2 is not a sound control file: neither a field nor a continuation.",
  ],
  ["a field without a name", ": 1\n", "status:1 "],
  ["a name of two words", "two words: 1\n", "neither a field nor a continuation"],
  ["a name that begins with a hyphen", "-----BEGIN: 1\n", "neither a field nor a continuation"],
  ["a field that stands twice, however it is spelled", "A: 1\na: 2\n", "the field a stands twice"],
])("%s is refused with its line", (_, text, why) => {
  expect(() => parsed(text)).toThrow(why);
});
