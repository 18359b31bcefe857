import { expect, test } from "vitest";
import type { RpmFile } from "../../../src/formats/rpm/files.ts";
import { decodeHeader } from "../../../src/formats/rpm/header.ts";
import { installOrder } from "../../../src/sources/fedora/install-order.ts";
import type { PlacedRpm } from "../../../src/sources/fedora/placed-rpm.ts";
import { type HeaderData, headerBytes } from "../../kit/rpm-bytes.ts";

interface Made {
  readonly name: string;
  readonly architecture?: string;
  readonly version?: string;
  /** `NAME`, or `NAME OPERATOR VERSION`; a rich dependency as it is. */
  readonly requires?: readonly string[];
  /** Of its scriptlets: `Requires(pre)`. */
  readonly pre?: readonly string[];
  /** `Requires(meta)`. */
  readonly meta?: readonly string[];
  /** `OrderWithRequires`. */
  readonly after?: readonly string[];
  readonly provides?: readonly string[];
  readonly files?: readonly string[];
}

/** Three columns of a header: names, flags with `bits`, versions. */
function columns(lists: readonly (readonly [texts: readonly string[], bits: number])[]) {
  const rows = lists.flatMap(([texts, bits]) =>
    texts.map((text) => {
      const [, name = text, operator = "", version = ""] = /^([^ (]+) ([<=>]+) (\S+)$/.exec(text) ?? [];
      const signs = { "<": 2, ">": 4, "=": 8 };
      return { name, version, flags: [...operator].reduce((sum, sign) => sum | signs[sign as "="], bits) };
    }),
  );
  return {
    names: rows.map(({ name }) => name),
    versions: rows.map(({ version }) => version),
    flags: { width: 4, numbers: rows.map(({ flags }) => flags) } as const,
  };
}

function placed({ name, architecture = "x86_64", version = "1", files = [], ...more }: Made): PlacedRpm {
  const { requires = [], pre = [], meta = [], after = [], provides = [] } = more;
  const needed = columns([
    [requires, 0],
    [pre, 1 << 9],
    [meta, 1 << 29],
  ]);
  const provided = columns([[provides, 0]]);
  const ordered = columns([[after, 0]]);
  const tags: HeaderData = [
    [1000, name],
    [1001, version],
    [1002, "1"],
    [1047, provided.names],
    [1048, needed.flags],
    [1049, needed.names],
    [1050, needed.versions],
    [1112, provided.flags],
    [1113, provided.versions],
    [5035, ordered.names],
    [5036, ordered.versions],
    [5037, ordered.flags],
  ];
  const filled = tags.filter(([, value]) => typeof value === "string" || !isEmpty(value));
  return {
    name,
    architecture,
    id: `${name}.${architecture}`,
    signature: decodeHeader(headerBytes(62, [[273, ""]]), 62, name),
    header: decodeHeader(headerBytes(63, filled), 63, name),
    files: files.map((path) => ({ path }) as RpmFile),
  };
}

function isEmpty(value: HeaderData[number][1]): boolean {
  return (typeof value === "object" && "numbers" in value ? value.numbers : value).length === 0;
}

const order = (packages: readonly Made[]) => installOrder(packages.map(placed)).map(({ name }) => name);

test("what is required comes first, and else the names decide", () => {
  expect(
    order([
      { name: "app", requires: ["lib >= 2", "/bin/sh", "virtual = 3"] },
      { name: "shell", files: ["usr/bin/sh"], requires: ["zlib"] },
      { name: "lib", version: "2" },
      { name: "more", provides: ["virtual = 3"] },
      { name: "zlib" },
      { name: "alone" },
    ]),
  ).toEqual(["alone", "lib", "more", "zlib", "shell", "app"]);
});

test("what is of another version does not count, nor what only rpm itself can have", () => {
  expect(order([{ name: "a", requires: ["b < 1", "rpmlib(Something) <= 4"] }, { name: "b" }])).toEqual([
    "a",
    "b",
  ]);
});

test("in a circle, what scriptlets need comes first", () => {
  const circle: Made[] = [
    { name: "a", pre: ["c"] },
    { name: "b", requires: ["a"] },
    { name: "c", requires: ["b"] },
  ];
  expect(order(circle)).toEqual(["c", "a", "b"]);
});

test.each(["requires", "pre"])("in a circle of nothing but %s, the names decide", (list) => {
  expect(
    order([
      { name: "c", [list]: ["b"] },
      { name: "b", [list]: ["a"] },
      { name: "a", [list]: ["c"] },
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

test("of a rich dependency, conditions do not count", () => {
  expect(
    order([
      { name: "a", requires: ["(d if b)", "(c or nobody)"] },
      { name: "b", requires: ["a"] },
      { name: "c" },
      { name: "d" },
    ]),
  ).toEqual(["c", "d", "a", "b"]);
});

test("OrderWithRequires counts like a requirement, and Requires(meta) not at all", () => {
  expect(order([{ name: "a", after: ["b"] }, { name: "b" }])).toEqual(["b", "a"]);
  expect(order([{ name: "a", meta: ["b"] }, { name: "b" }])).toEqual(["a", "b"]);
});

test("the same packages come in the same order, however they were given", () => {
  const packages: Made[] = [
    { name: "app", requires: ["lib"] },
    { name: "lib", requires: ["glibc"] },
    { name: "lib", architecture: "i686" },
    { name: "glibc", requires: ["lib"] },
  ];
  expect(order(packages.toReversed())).toEqual(order(packages));
});

test("a circle of thousands is ordered, too", () => {
  const name = (at: number) => `p${String(at % 2000).padStart(4, "0")}`;
  const packages = Array.from({ length: 2000 }, (_, at) => ({ name: name(at), requires: [name(at + 1)] }));
  expect(order(packages)).toEqual(packages.map((one) => one.name));
});
