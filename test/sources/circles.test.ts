import { expect, test } from "vitest";
import { circlesOf } from "../../src/sources/circles.ts";

/** @param edges `ab`: a leads to b */
const groups = (nodes: string, edges: string) => {
  const next = new Map(
    [...nodes].map((node) => [
      node,
      edges.split(" ").flatMap((edge) => (edge[0] === node ? [edge[1] as string] : [])),
    ]),
  );
  return circlesOf([...nodes], next)
    .map((group) => group.join(""))
    .join(" ");
};

test.each([
  ["abc", "", "a b c"],
  ["abc", "ab bc", "c b a"],
  ["abcd", "ab ac bd cd", "d b c a"],
  ["abc", "ab ba bc", "c ab"],
  ["abcde", "ab bc ca cd de ed", "de abc"],
  ["aab", "aa ab", "b a"],
])("%s with %j come as %s", (nodes, edges, expected) => {
  expect(groups(nodes, edges)).toBe(expected);
});

test("a chain of many thousands, and a circle of as many, end", () => {
  const nodes = Array.from({ length: 50_000 }, (_, at) => at);
  const chain = new Map(nodes.map((at) => [at, at + 1 < nodes.length ? [at + 1] : []]));
  expect(circlesOf(nodes, chain).map(([node]) => node)).toEqual(nodes.toReversed());
  const circle = new Map(nodes.map((at) => [at, [(at + 1) % nodes.length]]));
  expect(circlesOf(nodes, circle)).toHaveLength(1);
});
