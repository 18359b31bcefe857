import { expect, test } from "vitest";
import type { PackageInfo } from "../../../src/formats/apk/package-info.ts";
import { installOrder } from "../../../src/sources/alpine/install-order.ts";
import type { PlacedApk } from "../../../src/sources/alpine/placed-apk.ts";
import { worldOf } from "../../../src/sources/alpine/world.ts";

interface Made extends Partial<Pick<PackageInfo, "depends" | "provides" | "installIf">> {
  readonly name: string;
  /** Whether the recipe names it. */
  readonly asked?: true;
}

function order(packages: readonly Made[], include: readonly string[] = []): string {
  const placed = packages.map(({ name, asked, depends = [], provides = [], installIf = [] }) => {
    const info = { name, depends, provides, installIf };
    return { id: name, info, wanted: { because: asked ? [] : ["another"] } } as unknown as PlacedApk;
  });
  return installOrder(placed, worldOf(placed, include))
    .map(({ info }) => info.name)
    .join(" ");
}

test("what was asked for is gone through by name, each after what it depends on, in the order of its list", () => {
  expect(
    order([
      { name: "musl" },
      { name: "zlib", depends: ["musl"] },
      { name: "app", asked: true, depends: ["zlib", "so:libc.so.1"] },
      { name: "base", asked: true },
      { name: "libc", provides: ["so:libc.so.1=1"] },
    ]),
  ).toBe("musl zlib libc app base");
});

test("the name counts by which a package was asked for", () => {
  const packages: Made[] = [
    { name: "app", asked: true },
    { name: "zsh", asked: true, provides: ["cmd:sh=1", "a-shell"] },
    { name: "lib", provides: ["aa"] },
    { name: "base" },
  ];
  expect(order(packages)).toBe("app zsh base lib");
  expect(order(packages, ["app", "a-shell", "cmd:sh", "aa>1"])).toBe("zsh lib app base");
});

test("a circle is cut where it is entered", () => {
  const circle: Made[] = [
    { name: "a", depends: ["b"] },
    { name: "b", depends: ["c"] },
    { name: "c", depends: ["a"] },
  ];
  expect(order(circle)).toBe("c b a");
  expect(order([...circle.slice(0, 1), { name: "b", asked: true, depends: ["c"] }, ...circle.slice(2)])).toBe(
    "a c b",
  );
});

test("what is there of itself comes as soon as all is there that sets it off", () => {
  expect(
    order([
      { name: "app", asked: true },
      { name: "app-doc", installIf: ["app", "docs"] },
      { name: "docs", asked: true },
      { name: "z", asked: true },
    ]),
  ).toBe("app docs app-doc z");
});

test("what is set off brings what it depends on, and may set off more", () => {
  expect(
    order([
      { name: "a", asked: true },
      { name: "b", installIf: ["a"], depends: ["x"] },
      { name: "c", installIf: ["b"] },
      { name: "d", asked: true },
      { name: "x" },
    ]),
  ).toBe("a x b c d");
});

test("what must not be there is nothing to wait for", () => {
  expect(order([{ name: "a", asked: true, depends: ["!b", "c"] }, { name: "c" }])).toBe("c a");
});

test("a chain of many thousands ends", () => {
  const chain = Array.from(
    { length: 20_000 },
    (_, at): Made => ({ name: `p${at}`, depends: [`p${at + 1}`] }),
  );
  expect(order(chain).split(" ")).toHaveLength(20_000);
});
