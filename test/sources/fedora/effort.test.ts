import { expect, test } from "vitest";
import { selectPackages } from "../../../src/sources/fedora/select.ts";
import { type IndexedRpm, indexedRepository } from "../../kit/rpm-index.ts";

const all = (make: (name: string, at: number) => IndexedRpm) =>
  Array.from({ length: 4000 }, (_, at) => make(`p${at}`, at));

test.each<[string, readonly IndexedRpm[]]>([
  [
    "need any of all",
    all((name, at) => ({ name, provides: [at % 2 ? "x" : "y"], requires: [at % 2 ? "y" : "x"] })),
  ],
  ["exclude each other", all((name) => ({ name, provides: ["x"], conflicts: ["x"] }))],
  ["are versions of one", all((_, at) => ({ name: "p", provides: ["x"], version: `1.${at}` }))],
])(
  "packages that %s are not looked through when they are too many",
  (_, packages) => {
    const wants = { include: ["x"], architecture: "x86_64", recommends: false, exclude: [] };
    expect(() => selectPackages([indexedRepository(packages)], wants)).toThrow(
      "x cannot be had:\n  the packages that it leads to bear on each other in more than 5000000 ways, and were not looked through",
    );
  },
  60_000,
);

test("a search without end is given up", () => {
  const [holes, pigeons] = [9, 10];
  const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);
  const nests = numbers(pigeons).flatMap((pigeon) =>
    numbers(holes).map((hole) => ({
      name: `p${pigeon}-${hole}`,
      provides: [`pigeon${pigeon}`, `hole${hole}`],
      conflicts: [`hole${hole}`],
    })),
  );
  const all = { name: "all", requires: numbers(pigeons).map((pigeon) => `pigeon${pigeon}`) };
  const wants = { include: ["all"], architecture: "x86_64", recommends: false, exclude: [] };
  expect(() => selectPackages([indexedRepository([all, ...nests])], wants)).toThrow(
    "all cannot be had:\n  the search met too many contradictions and was given up",
  );
}, 60_000);
