import { expect, test } from "vitest";
import { dockerIgnore } from "../../src/build/docker-ignore.ts";

const excludedBy = (text: string, paths: readonly string[]) => paths.filter(dockerIgnore(text).excludes);

test.each<[text: string, excluded: readonly string[], kept: readonly string[]]>([
  ["node_modules", ["node_modules", "node_modules/a/b.js"], ["web/node_modules", "node_modules.txt"]],
  ["/dist/", ["dist", "dist/x"], ["src/dist"]],
  ["**/*.log", ["a.log", "deep/er/b.log"], ["a.logs"]],
  ["*.md\n!README.md", ["NOTES.md"], ["README.md", "docs/x.md"]],
  ["!README.md\n*.md", ["README.md"], []],
  ["docs\n!docs/api", ["docs", "docs/guide.md"], ["docs/api", "docs/api/index.md"]],
  ["a/**", ["a/b", "a/b/c"], ["a", "b"]],
  ["**/test/**", ["test/x", "a/test/b"], ["a/testing/b"]],
  ["# node_modules\n\n  \r\n./out\r\n", ["out"], ["node_modules", "# node_modules"]],
  ["temp?\n[ab]", ["temp1", "a", "b/x"], ["temp", "temp12", "c"]],
  ["a/*/c", ["a/b/c", "a/x/c/d"], ["a/c", "a/b/b/c"]],
  [".\n!\n/", [], ["a"]],
])("%j", (text, excluded, kept) => {
  expect(excludedBy(text, [...excluded, ...kept])).toEqual(excluded);
});

test("an excluded folder is looked into only where something of it may be kept", () => {
  const { mayKeepBelow } = dockerIgnore("docs\nbuild\n!docs/api/*.md\n!**/keep");
  expect(mayKeepBelow("docs")).toBe(true);
  const fixed = dockerIgnore("docs\nbuild\n!docs/api/*.md");
  expect(["docs", "docs/api", "docs/api/x", "build"].map(fixed.mayKeepBelow)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
