import { expect, test } from "vitest";
import { unsignedWarnings } from "../../src/build/unsigned-warnings.ts";

test("only what was taken unsigned is told: neither what has a key, nor what nothing was taken from", () => {
  const repositories = [
    { id: "fedora/42/fedora/x86_64", keys: ["A".repeat(40)], signed: "packages" as const },
    { id: "fedora/42/updates/x86_64", keys: [], signed: "packages" as const },
    { id: "fedora/own/x86_64", keys: [] },
    { id: "npm", keys: [] },
  ];
  expect(unsignedWarnings({ repositories })).toEqual([
    "Nobody vouches for fedora/own/x86_64: the recipe allows it unsigned.",
  ]);
});
