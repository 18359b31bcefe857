import { describe, expect, test } from "vitest";
import type { Capability } from "../../../src/formats/rpm/dependency.ts";
import { parseDependency } from "../../../src/formats/rpm/dependency.ts";
import { Archive, areRivals, type Candidate, nameOf } from "../../../src/sources/fedora/candidates.ts";
import { type IndexedRpm, indexedRepository } from "../../kit/rpm-index.ts";

const archiveOf = (packages: readonly IndexedRpm[], exclude: readonly string[] = []) =>
  new Archive([indexedRepository(packages)], "x86_64", exclude);

const providers = (archive: Archive, wanted: string) =>
  archive.providers(parseDependency(wanted, "a test") as Capability).map(nameOf);

describe("a capability is met", () => {
  const archive = archiveOf([
    { name: "lib", version: "2.0", release: "3", provides: ["lib = 2.0-3", "abi = 5"] },
    { name: "old", version: "9", epoch: "0", provides: ["lib", "abi < 4"] },
    { name: "epoch", epoch: "1", version: "0.1" },
  ]);

  test.each([
    ["lib", ["lib-2.0-3.x86_64", "old-9-1.x86_64"]],
    ["lib = 2.0", ["lib-2.0-3.x86_64", "old-9-1.x86_64"]],
    ["lib = 2.0-4", ["old-9-1.x86_64"]],
    ["abi = 3", ["old-9-1.x86_64"]],
    ["abi >= 5", ["lib-2.0-3.x86_64"]],
    ["epoch > 9", ["epoch-1:0.1-1.x86_64"]],
    ["epoch = 0.1", []],
    ["nobody", []],
  ])("%s", (wanted, expected) => {
    expect(providers(archive, wanted)).toEqual(expected);
  });
});

describe("a file is found", () => {
  const packages: IndexedRpm[] = [
    { name: "shell", files: ["/usr/bin/sh"] },
    { name: "data", requires: ["/usr/share/data/file"] },
    { name: "data", version: "2", provides: ["/usr/share/data/file"] },
  ];

  test("where the first list tells of it, without asking for more", () => {
    const archive = archiveOf(packages);
    expect(providers(archive, "/usr/bin/sh")).toEqual(["shell-1-1.x86_64"]);
    expect(archive.unlistedFiles).toEqual([]);
  });

  test("in the list of all files, once that was read, beside those that provide its name", () => {
    const unread = archiveOf(packages);
    expect(providers(unread, "/usr/share/data/file")).toEqual(["data-2-1.x86_64"]);
    expect(unread.unlistedFiles).toEqual(["/usr/share/data/file"]);
    const files = new Map([["/usr/share/data/file", [0, 2]]]);
    const read = new Archive([indexedRepository(packages, { files })], "x86_64");
    expect(providers(read, "/usr/share/data/file")).toEqual(["shell-1-1.x86_64", "data-2-1.x86_64"]);
  });

  test("never in a version", () => {
    expect(providers(archiveOf(packages), "/usr/bin/sh = 1")).toEqual([]);
  });
});

test("what is excluded, or of another machine, is not seen, and can still be told of", () => {
  const archive = archiveOf(
    [{ name: "kernel-core" }, { name: "app", architecture: "aarch64" }, { name: "app" }],
    ["kernel*"],
  );
  expect([...archive.all()].map(nameOf)).toEqual(["app-1-1.x86_64"]);
  expect(archive.named("kernel-core")).toEqual([]);
  expect(archive.recordsOffering("kernel-core")).toHaveLength(1);
  expect(archive.recordsOffering("app")).toHaveLength(2);
});

test("the number of a package counts through all repositories, in their order", () => {
  const one = indexedRepository([{ name: "a" }, { name: "b", architecture: "s390x" }]);
  const archive = new Archive([one, indexedRepository([{ name: "a", version: "2" }])], "x86_64");
  expect(archive.named("a").map((each) => [each.number, nameOf(each)])).toEqual([
    [0, "a-1-1.x86_64"],
    [2, "a-2-1.x86_64"],
  ]);
});

test.each([
  ["two versions", {}, { version: "2" }, true],
  ["two architectures of 64 and 32 bits", {}, { architecture: "i686" }, false],
  ["one for any machine, and one for this", {}, { architecture: "noarch" }, true],
  ["two of 32 bits", { architecture: "i586" }, { architecture: "i686" }, true],
  ["two kernels", { provides: ["kernel"] }, { version: "2" }, false],
  ["the same kernel twice", { provides: ["kernel"] }, { provides: ["kernel"] }, true],
])("%s of a name exclude each other: %j %j %s", (_, one, other, expected) => {
  const archive = archiveOf([
    { name: "it", ...one },
    { name: "it", ...other },
  ]);
  const [first, second] = archive.named("it") as [Candidate, Candidate];
  expect(areRivals(archive, first, second)).toBe(expected);
  expect(areRivals(archive, second, first)).toBe(expected);
});
