import { expect, test } from "vitest";
import { excludedNotes } from "../../../src/sources/fedora/excluded-notes.ts";
import { type IndexedRpm, rpmIndex } from "../../kit/rpm-index.ts";

const repository = (packages: readonly IndexedRpm[], excludes: string[] = [], includes: string[] = []) => ({
  ...{ name: "fedora/own", excludes, includes, index: rpmIndex(packages) },
});

test("a word that means a package is passed over, also one of another machine", () => {
  const one = repository([
    { name: "app", version: "2" },
    { name: "arm", architecture: "aarch64" },
  ]);
  expect(excludedNotes(["app", "app-2-1.x86_64", "a?p", "arm.aarch64"], [one])).toEqual([]);
});

test("a word that means none is told, of the item as of a repository", () => {
  const one = repository([{ name: "app" }], ["lib", "app-2"], ["a*", "z*"]);
  expect(
    excludedNotes(["aap", "app-2"], [one, { ...repository([{ name: "lib" }]), name: "fedora/more" }]),
  ).toEqual([
    'No package matches "aap", which "exclude" names.',
    'No package matches "app-2", which "exclude" names.',
    'No package of fedora/own matches "lib", which is to be left out.',
    'No package of fedora/own matches "app-2", which is to be left out.',
    'No package of fedora/own matches "z*", which is among all that may come from it.',
  ]);
});
