// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are what is tested
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { expand, expandWords } from "../../../src/formats/dockerfile/expand.ts";

const refuse = (why: string): never => {
  throw new Error(why);
};

function expanded(text: string, variables: Record<string, string> = {}): string {
  return expand(text, { variables: new Map(Object.entries(variables)), escapeToken: "\\", refuse });
}

function linesOf(name: string): string[] {
  const file = new URL(`../../fixtures/buildkit/${name}`, import.meta.url);
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => !line.startsWith("#") && line.trim() !== "");
}

describe("words of a Dockerfile", () => {
  test("expand as BuildKit's own table says", () => {
    const variables = { PWD: "/home", SHELL: "bash", KOREAN: "한국어", NULL: "" };
    const found = [];
    const wanted = [];
    for (const line of linesOf("envVarTest")) {
      const [platform, source = "", want = ""] = line.split("|").map((part) => part.trim());
      if (platform === "W") continue;
      wanted.push(`${source} is ${want}`);
      try {
        found.push(`${source} is ${expanded(source, variables)}`);
      } catch {
        found.push(`${source} is error`);
      }
    }
    expect(wanted.length).toBeGreaterThan(150);
    expect(found).toEqual(wanted);
  });

  test("are parted as BuildKit's own table says", () => {
    const variables = new Map<string, string>();
    for (const line of linesOf("wordsTest")) {
      const [, key, value] = /^ENV +([^=]+)=(.*)$/.exec(line) ?? [];
      if (key !== undefined) {
        variables.set(key, value ?? "");
        continue;
      }
      const [source = "", want = ""] = line.split("|");
      const how = { variables, escapeToken: "\\", refuse } as const;
      let words: readonly string[];
      try {
        words = expandWords(source.trim(), how);
      } catch {
        words = ["error"];
      }
      expect([source, words]).toEqual([source, want.trimStart().split(",")]);
    }
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
