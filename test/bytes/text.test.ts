import { expect, test } from "vitest";
import { byText, decodeText, encodeText } from "../../src/bytes/text.ts";

test.each<[string, number[], string]>([
  ["UTF-8", [0xc3, 0xa9], "é"],
  ["a byte of Latin-1", [0x61, 0xe9, 0x62], "a\udce9b"],
  ["a sequence that stops early", [0xe2, 0x82], "\udce2\udc82"],
  ["an overlong slash", [0xc0, 0xaf], "\udcc0\udcaf"],
  ["a surrogate in UTF-8", [0xed, 0xb2, 0x80], "\udced\udcb2\udc80"],
  ["four bytes, then rubbish", [0xf0, 0x9f, 0x90, 0xb3, 0xff], "🐳\udcff"],
  ["a byte order mark", [0xef, 0xbb, 0xbf, 0x61], "\ufeffa"],
  ["a NUL", [0x61, 0], "a\0"],
])("%s is read without loss", (_, bytes, text) => {
  expect(decodeText(Buffer.from(bytes))).toBe(text);
  expect([...encodeText(text)]).toEqual(bytes);
});

test("text is ordered by code units, in every locale", () => {
  expect(["b", "a", "B", "é", "Z", "a-b", "a.b", "ab"].sort(byText)).toEqual([
    "B",
    "Z",
    "a",
    "a-b",
    "a.b",
    "ab",
    "b",
    "é",
  ]);
});
