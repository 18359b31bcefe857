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
