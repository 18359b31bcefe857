import { expect, test } from "vitest";
import { selectPackages } from "../../../src/sources/fedora/select.ts";
import { type IndexedRpm, indexedRepository } from "../../kit/rpm-index.ts";

/** Which of several the package `app` gets for the one thing that it requires. */
function takes(packages: readonly IndexedRpm[], more: Partial<IndexedRpm> = {}): string {
  const app: IndexedRpm = { name: "app", requires: ["thing"], ...more };
  const wants = { include: ["app"], architecture: "x86_64", exclude: [], recommends: false };
  return selectPackages([indexedRepository([app, ...packages])], wants)
    .packages.filter(({ name }) => name !== "app")
    .map(({ name, version, architecture }) => `${name}-${version}.${architecture}`)
    .join(" ");
}

const thing = (name: string, more: Partial<IndexedRpm> = {}): IndexedRpm => ({
  name,
  provides: ["thing"],
  ...more,
});

test("the first by name, where nothing else decides", () => {
  expect(takes([thing("mawk"), thing("gawk")])).toBe("gawk-1-1.x86_64");
});

test("the newest of each name, by rpm's order of versions", () => {
  const versions = ["9", "10~rc1", "10", "10^git1"];
  expect(takes(versions.map((version) => thing("gawk", { version })))).toBe("gawk-10^git1-1.x86_64");
  expect(takes([thing("gawk", { version: "2" }), thing("gawk", { epoch: "1" })])).toBe("gawk-1:1-1.x86_64");
});

test("one that no other of them obsoletes", () => {
  expect(takes([thing("gawk"), thing("mawk", { obsoletes: ["gawk"] })])).toBe("mawk-1-1.x86_64");
});

test("one of the machine's own architecture before one that it runs as well", () => {
  expect(takes([thing("a", { architecture: "i686" }), thing("b")])).toBe("b-1-1.x86_64");
});

test("one that is not outdated before one that is, whatever their names are", () => {
  const outdated = [thing("a"), { name: "a", version: "2" }];
  expect(takes([...outdated, thing("b")])).toBe("b-1-1.x86_64");
});

test("one that provides a newer version of what they have in common", () => {
  const provides = (version: string) => ({ provides: ["thing", `common = ${version}`] });
  expect(takes([thing("a", provides("1")), thing("b", provides("2"))])).toBe("b-1-1.x86_64");
});

test("what something that is there suggests, before a better name", () => {
  expect(takes([thing("a"), thing("b")], { suggests: ["b"] })).toBe("b-1-1.x86_64");
});

test("what something that is there recommends, before one that is newer in what they have in common", () => {
  const provides = (version: string) => ({ provides: ["thing", `common = ${version}`] });
  const both = [thing("a", provides("2")), thing("b", provides("1"))];
  expect(takes(both, { recommends: ["b"] })).toBe("b-1-1.x86_64");
  expect(takes(both, { suggests: ["b"] })).toBe("b-1-1.x86_64");
  expect(takes(both)).toBe("a-1-1.x86_64");
});
