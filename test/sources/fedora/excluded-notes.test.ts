import { expect, test } from "vitest";
import { excludedNotes, unmatchedWords } from "../../../src/sources/fedora/excluded-notes.ts";
import { type IndexedRpm, rpmIndex } from "../../kit/rpm-index.ts";

const repository = (packages: readonly IndexedRpm[], excludes: string[] = [], includes: string[] = []) => ({
  ...{ name: "fedora/own", excludes, includes, index: rpmIndex(packages) },
});

const notes = (exclude: readonly string[], ...machines: readonly ReturnType<typeof repository>[][]) =>
  excludedNotes(machines.map((repositories) => unmatchedWords(exclude, repositories)));

test("a word that means a package is passed over, also one of another machine", () => {
  const one = repository([
    { name: "app", version: "2" },
    { name: "arm", architecture: "aarch64" },
  ]);
  expect(notes(["app", "app-2-1.x86_64", "a?p", "arm.aarch64"], [one])).toEqual([]);
});

test("words that mean none are told, of the item as of a repository", () => {
  const one = repository([{ name: "app" }], ["lib", "app-2"], ["a*", "z*"]);
  const more = { ...repository([{ name: "lib" }]), name: "fedora/more" };
  expect(notes(["aap", "app-2"], [one, more])).toEqual([
    'No package matches "aap" or "app-2", which "exclude" names.',
    'No package of fedora/own matches "lib" or "app-2", which its exclude names.',
    'No package of fedora/own matches "z*", which its includepkgs names.',
  ]);
});

test("of many, some are told", () => {
  expect(notes(["a", "b", "c", "d", "e", "f", "g"], [repository([])])).toEqual([
    'No package matches "a", "b", "c", "d", "e" or 2 more, which "exclude" names.',
  ]);
});

test("a word that means a package of one machine only is passed over", () => {
  const [one, two] = [repository([{ name: "app" }], ["lib"]), repository([{ name: "lib" }], ["lib"])];
  expect(notes(["app", "lib", "no"], [one], [two])).toEqual([
    'No package matches "no", which "exclude" names.',
  ]);
});
