import { describe, expect, test } from "vitest";
import { isWanted, parseApkDependencies, parseApkDependency } from "../../../src/formats/apk/dependency.ts";

describe("reading", () => {
  test("every part of a word", () => {
    expect(parseApkDependency("foo@edge>=1.2-r3", "it")).toEqual({
      text: "foo@edge>=1.2-r3",
      name: "foo",
      conflict: false,
      tag: "edge",
      operator: ">=",
      version: "1.2-r3",
    });
    expect(parseApkDependency("!so:libx.so.1", "it")).toMatchObject({ name: "so:libx.so.1", conflict: true });
    expect(parseApkDependency("/bin/sh", "it")).toMatchObject({ name: "/bin/sh" });
    expect(parseApkDependencies(" a  b=1 ", "it").map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test.each(["", "=1", "a=", "a=x", "a===1", "a>b", "a@", "!", "a<>=~1"])("%j is refused", (text) => {
    expect(() => parseApkDependency(text, "it")).toThrow("it has a relation that cannot be read");
  });
});

describe("meeting", () => {
  const meets = (wanted: string, version: string | undefined) =>
    isWanted(parseApkDependency(wanted, "it"), { version, identity: "Q1aaaaaaaaaaaaaaaaaaaaaaaaaaa=" });

  test.each([
    ["a", undefined, true],
    ["a=1", undefined, false],
    ["a=1", "1", true],
    ["a<2", "1.9", true],
    ["a<2", "2", false],
    ["a<=2", "2", true],
    ["a>2", "2.1", true],
    ["a>=2", "2", true],
    ["a~2", "2.1-r3", true],
    ["a~2.1", "2.10", false],
    ["a>~2", "2.1", true],
    ["a><Q1aaaaaaaaaaaaaaaaaaaaaaaaaaa=", "9", true],
    ["a><Q1baaaaaaaaaaaaaaaaaaaaaaaaaa=", "9", false],
  ] as const)("%s by %s: %s", (wanted, version, expected) => expect(meets(wanted, version)).toBe(expected));
});
