// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are what is tested
import { describe, expect, test } from "vitest";
import { expand, expandWords } from "../../../src/formats/dockerfile/expand.ts";

const refuse = (why: string): never => {
  throw new Error(why);
};

function expanded(text: string, variables: Record<string, string> = {}): string {
  return expand(text, { variables: new Map(Object.entries(variables)), escapeToken: "\\", refuse });
}

describe("words of a Dockerfile", () => {
  test.each([
    ["plain", "plain"],
    ["  kept  inside ", "  kept  inside "],
    ["'single $A'", "single $A"],
    ['"double $A"', "double one"],
    ['"it\'s"', "it's"],
    ["'say \"hi\"'", 'say "hi"'],
    ['"a\\"b"', 'a"b'],
    ['"a\\b"', "a\\b"],
    ["'a\\b'", "a\\b"],
    ["a\\ b", "a b"],
    ["a\\\\b", "a\\b"],
    ["a'b'\"c\"", "abc"],
    ["''", ""],
    ["$A", "one"],
    ["${A}", "one"],
    ["x$A.y", "xone.y"],
    ["$A$B", "onetwo"],
    ["${A}B", "oneB"],
    ["$AB", ""],
    ["$NONE", ""],
    ["a${NONE}b", "ab"],
    ["$EMPTY", ""],
    ["$", "$"],
    ["a$ b", "a$ b"],
    ["\\$A", "$A"],
    ["\\${A}", "${A}"],
    ["'\\$A'", "\\$A"],
    ["${A:-other}", "one"],
    ["${NONE:-other}", "other"],
    ["${EMPTY:-other}", "other"],
    ["${NONE:-$B}", "two"],
    ["${NONE:-${NONE:-deep}}", "deep"],
    ["${NONE:-}", ""],
    ["${A:+other}", "other"],
    ["${NONE:+other}", ""],
    ["${EMPTY:+other}", ""],
    ["${EMPTY-other}", ""],
    ["${NONE-other}", "other"],
    ["${EMPTY+other}", "other"],
    ["${A:+$B}", "two"],
    ["$1", ""],
    ["\u00e9$A", "\u00e9one"],
  ])("%j is %j", (source, want) => {
    expect(expanded(source, { A: "one", B: "two", EMPTY: "" })).toBe(want);
  });

  test.each<[source: string, words: readonly string[]]>([
    ["a b", ["a", "b"]],
    ["  a   b  ", ["a", "b"]],
    ["'a b' c", ["a b", "c"]],
    ['"a b" c', ["a b", "c"]],
    ["a\\ b c", ["a b", "c"]],
    ["$LIST", ["x", "y", "z"]],
    ['"$LIST"', ["x y z"]],
    ["a$LIST", ["ax", "y", "z"]],
    ["${LIST}b", ["x", "y", "zb"]],
    ["$NONE a", ["a"]],
    ["", []],
  ])("%j are the words %j", (source, words) => {
    const variables = new Map([["LIST", "x y z"]]);
    expect(expandWords(source, { variables, escapeToken: "\\", refuse })).toEqual(words);
  });

  test.each([
    ["${F#/tmp/}", "foo.tar.gz"],
    ["${F##*/}", "foo.tar.gz"],
    ["${F%.*}", "/tmp/foo.tar"],
    ["${F%%.*}", "/tmp/foo"],
    ["${F/t*r/x}", "/x.gz"],
    ["${F//o/0}", "/tmp/f00.tar.gz"],
    ["${F//\\//-}", "-tmp-foo.tar.gz"],
    ["${N/a/b}", ""],
    ["${N:-${F#/tmp/}}", "foo.tar.gz"],
    ["${F:+'a b'}", "a b"],
    ["\\$F $F", "$F /tmp/foo.tar.gz"],
  ])("%s is %s", (source, want) => {
    expect(expanded(source, { F: "/tmp/foo.tar.gz" })).toBe(want);
  });

  test.each([
    ["${X:?give me an X}", "X: give me an X"],
    ["${X?}", "X: it must be set"],
    ["${X:", "a } is missing"],
    ["${X^^}", "there is no substitution ${X^…}"],
    ["'open", "a closing ' is missing"],
  ])("%s says why not", (source, why) => {
    expect(() => expanded(source)).toThrow(why);
  });

  test("hostile ones end soon, and with a sentence", () => {
    const long = "a".repeat(100_000);
    expect(() => expanded(`$\{A//${"*a".repeat(50)}b/x}`, { A: long })).toThrow("too long to search");
    expect(() => expanded("$A$A$A$A$A$A$A$A$A$A$A", { A: long })).toThrow("becomes longer");
    expect(() => expanded(`${"${X:-".repeat(1000)}${"}".repeat(1000)}`)).toThrow("nested too deeply");
  });
});
