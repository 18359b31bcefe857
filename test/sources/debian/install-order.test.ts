import { expect, test } from "vitest";
import { installOrder } from "../../../src/sources/debian/install-order.ts";

/** Fields of a control file beside its name. */
type Fields = Readonly<Record<string, string>>;

const order = (packages: Readonly<Record<string, Fields>>) =>
  installOrder(
    Object.entries(packages).map(([name, fields]) => {
      const { Version: version = "1", Architecture: architecture = "amd64", ...more } = fields;
      const lines = Object.entries({ Package: name, Version: version, Architecture: architecture, ...more });
      return {
        name,
        version,
        architecture,
        control: lines.map(([key, value]) => `${key}: ${value}\n`).join(""),
      };
    }),
  )
    .map(({ name }) => name)
    .join(" ");

test("what a package depends on comes first, and else the names decide", () => {
  expect(
    order({
      app: { Depends: "libz (>= 2), shell | other, virtual", "Pre-Depends": "zero" },
      libz: { Version: "2" },
      shell: { Depends: "libz" },
      some: { Provides: "virtual" },
      alone: {},
      zero: {},
    }),
  ).toBe("alone libz shell some zero app");
});

test("what does not meet a relation does not count", () => {
  expect(
    order({
      a: { Depends: "b (<< 1), c (= 2)" },
      b: {},
      c: { Provides: "c" },
      d: { Provides: "c (= 2)" },
    }),
  ).toBe("d a b c");
});

test("in a circle, pre-dependencies come first, then names", () => {
  expect(order({ a: { "Pre-Depends": "c" }, b: { Depends: "a" }, c: { Depends: "b" } })).toBe("c a b");
  expect(order({ a: { Depends: "c" }, b: { Depends: "a" }, c: { Depends: "b" } })).toBe("a b c");
  expect(order({ a: { "Pre-Depends": "c" }, b: { "Pre-Depends": "a" }, c: { "Pre-Depends": "b" } })).toBe(
    "a b c",
  );
});

test("what is only recommended does not count", () => {
  expect(order({ a: { Recommends: "b", Suggests: "c" }, b: {}, c: {} })).toBe("a b c");
});
