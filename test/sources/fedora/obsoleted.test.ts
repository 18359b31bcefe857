import { expect, test } from "vitest";
import { pruneObsoleted } from "../../../src/sources/fedora/obsoleted.ts";

/** @param edges `ab`: a obsoletes b */
const left = (items: string, edges: string) => {
  const pairs = edges.split(" ");
  const obsoletedBy = (by: string) => pairs.filter((pair) => pair[0] === by).map((pair) => pair[1] as string);
  return pruneObsoleted([...items], obsoletedBy).join("");
};

test.each([
  ["nobody obsoletes", "abc", "", "abc"],
  ["one of them obsoletes", "abc", "ab", "ac"],
  ["one obsoletes by way of another", "abc", "ab bc", "a"],
  ["each obsoletes the other", "abc", "ab ba", "abc"],
  ["all obsolete in a circle", "abc", "ab bc ca", "abc"],
  ["somebody outside of a circle obsoletes", "abcd", "ab ba ca", "cd"],
  ["one obsoletes itself", "ab", "aa", "ab"],
  ["somebody obsoletes one of a circle by way of another", "abcd", "cd da ab ba", "c"],
  ["somebody obsoletes that is not there, or what is not there", "ab", "xa bx", "ab"],
])("where %s: of %s by %j are left %s", (_, items, edges, expected) => {
  expect(left(items, edges)).toBe(expected);
});
