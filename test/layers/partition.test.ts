import fc from "fast-check";
import { expect, test } from "vitest";
import { parentsOf } from "../../src/layers/directories.ts";
import { partition } from "../../src/layers/partition.ts";

const weighed = (sizes: Readonly<Record<string, number>>) =>
  Object.entries(sizes).map(([id, size]) => ({ id, source: id.split("/")[0] as string, size }));

test("the heaviest sources stand alone, heaviest first, and the rest together", () => {
  const packages = weighed({ bash: 20, "gcc/a": 30, tiny: 1, "gcc/b": 30, perl: 40 });
  expect(partition(packages, 3)).toEqual([["gcc/a", "gcc/b"], ["perl"], ["bash", "tiny"]]);
  expect(partition(packages, 8)).toEqual([["gcc/a", "gcc/b"], ["perl"], ["bash"], ["tiny"]]);
  expect(partition(packages, 1)).toEqual([["bash", "gcc/a", "tiny", "gcc/b", "perl"]]);
});

test("a light package more, or a new size, moves nobody else", () => {
  const before = weighed({ a: 500, b: 400, c: 5, d: 6 });
  const after = weighed({ a: 510, b: 400, c: 5, cc: 4, d: 6 });
  expect(partition(before, 8)).toEqual([["a"], ["b"], ["c", "d"]]);
  expect(partition(after, 8)).toEqual([["a"], ["b"], ["c", "cc", "d"]]);
});

test("nothing makes no groups, and weightless packages make few", () => {
  expect(partition([], 8)).toEqual([]);
  expect(partition(weighed({ a: 0, b: 0, c: 0 }), 2).length).toBe(2);
});

test("whatever the packages, each stands once, and the budget holds", () => {
  const list = fc.uniqueArray(
    fc.record({ id: fc.string(), source: fc.constantFrom("a", "b", "c", "d"), size: fc.nat() }),
    {
      selector: ({ id }) => id,
    },
  );
  fc.assert(
    fc.property(list, fc.integer({ min: 1, max: 6 }), (packages, budget) => {
      const groups = partition(packages, budget);
      expect(groups.length).toBeLessThanOrEqual(budget);
      expect(groups.flat().sort()).toEqual(packages.map(({ id }) => id).sort());
      expect(groups.every((group) => group.length > 0)).toBe(true);
    }),
  );
});

test("parents come before what is in them, each once, and never the root", () => {
  expect(parentsOf(["usr/bin/env", "usr/lib/x/y", "etc", "usr/bin/ls"])).toEqual([
    "usr",
    "usr/bin",
    "usr/lib",
    "usr/lib/x",
  ]);
  expect(parentsOf(["", "top"])).toEqual([]);
});
