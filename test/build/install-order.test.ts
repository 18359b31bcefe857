import { expect, test } from "vitest";
import { installOrderOf } from "../../src/build/install-order.ts";
import type { Package } from "../../src/model/package.ts";

/** `needs` by name: who needs what. */
function packages(needs: Readonly<Record<string, readonly string[]>>): Package[] {
  return Object.keys(needs).map((name) => ({
    name,
    version: "1",
    architecture: "amd64",
    digest: `sha256:${"0".repeat(64)}`,
    size: 1,
    location: name,
    repository: "test",
    source: name,
    because: Object.keys(needs).filter((other) => needs[other]?.includes(name)),
  }));
}

const order = (needs: Readonly<Record<string, readonly string[]>>) =>
  installOrderOf(packages(needs)).map(({ name }) => name);

test("what is needed comes first, and what is alike by name", () => {
  expect(order({ app: ["libz", "liba"], libz: ["libc"], liba: ["libc"], libc: [], other: [] })).toEqual([
    "libc",
    "liba",
    "libz",
    "app",
    "other",
  ]);
});

test("the order of the lock's lines does not matter", () => {
  const needs = { c: ["a"], b: ["c"], a: [], d: ["b"] };
  const reversed = Object.fromEntries(Object.entries(needs).reverse());
  expect(order(reversed)).toEqual(order(needs));
});

test("circles are cut, and everybody stands once", () => {
  expect(order({ a: ["b"], b: ["c"], c: ["a"], self: ["self"] })).toEqual(["c", "b", "a", "self"]);
});

test("a chain of a hundred thousand does not fill the stack", () => {
  const name = (at: number) => `p${String(at).padStart(6, "0")}`;
  const list = Array.from(
    { length: 100_000 },
    (_, at): Package => ({
      ...(packages({ x: [] })[0] as Package),
      name: name(at),
      because: at === 0 ? [] : [name(at - 1)],
    }),
  );
  const ordered = installOrderOf(list);
  expect(ordered.length).toBe(100_000);
  expect(ordered[0]?.name).toBe(name(99_999));
});

test("two architectures of a package both come before who needs either", () => {
  const [libc, app] = packages({ libc: [], app: ["libc"] }) as [Package, Package];
  const both = [app, { ...libc, architecture: "i386" }, libc];
  expect(installOrderOf(both).map(({ name, architecture }) => `${name}:${architecture}`)).toEqual([
    "libc:amd64",
    "libc:i386",
    "app:amd64",
  ]);
});
