import { expect, test } from "vitest";
import { Archive } from "../../../src/sources/fedora/candidates.ts";
import { installOrder } from "../../../src/sources/fedora/install-order.ts";
import { type IndexedRpm, indexedRepository } from "../../kit/rpm-index.ts";

const order = (packages: readonly IndexedRpm[]) => {
  const archive = new Archive([indexedRepository(packages)], "x86_64");
  return installOrder([...archive.all()], archive).map(({ record }) => record.name);
};

test("what is required comes first, and else the names decide", () => {
  expect(
    order([
      { name: "app", requires: ["lib", "/usr/bin/sh"] },
      { name: "shell", files: ["/usr/bin/sh"], requires: ["lib"] },
      { name: "lib" },
      { name: "alone" },
    ]),
  ).toEqual(["alone", "lib", "shell", "app"]);
});

test("in a circle, what must be there before comes first", () => {
  const circle: IndexedRpm[] = [
    { name: "a", preRequires: ["c"] },
    { name: "b", requires: ["a"] },
    { name: "c", requires: ["b"] },
  ];
  expect(order(circle)).toEqual(["c", "a", "b"]);
});

test("in a circle of what must be there before, and where nothing must, the names decide", () => {
  for (const list of ["requires", "preRequires"] as const)
    expect(
      order([
        { name: "c", [list]: ["a"] },
        { name: "b", [list]: ["c"] },
        { name: "a", [list]: ["b"] },
      ]),
    ).toEqual(["a", "b", "c"]);
});

test("whoever needs one of a circle comes after all of it", () => {
  expect(
    order([
      { name: "a", requires: ["y"] },
      { name: "y", requires: ["z"] },
      { name: "z", requires: ["y"] },
    ]),
  ).toEqual(["y", "z", "a"]);
});

test("what is only recommended does not count, the condition of what is required does neither", () => {
  expect(
    order([{ name: "a", recommends: ["b"], requires: ["(c if b)"] }, { name: "b" }, { name: "c" }]),
  ).toEqual(["c", "a", "b"]);
});

test("the same packages come in the same order, however the repository has them", () => {
  const packages: IndexedRpm[] = [
    { name: "app", requires: ["lib"] },
    { name: "lib", requires: ["glibc"] },
    { name: "lib", architecture: "i686" },
    { name: "glibc", requires: ["lib"] },
  ];
  expect(order(packages.toReversed())).toEqual(order(packages));
});

test("a circle of thousands is ordered, too", () => {
  const packages = Array.from({ length: 4000 }, (_, at): IndexedRpm => {
    const name = `p${String(at).padStart(4, "0")}`;
    return { name, requires: [`p${String((at + 1) % 4000).padStart(4, "0")}`] };
  });
  expect(order(packages)).toEqual(packages.map(({ name }) => name));
});
