import { expect, test } from "vitest";
import { ownArchitecture } from "../../src/sources/own-architecture.ts";

const names = { "linux/amd64": "x86_64", "linux/arm/v7": "armv7hl" };

test("a machine has a distribution's name, by its variant, too", () => {
  expect(ownArchitecture({ os: "linux", architecture: "amd64" }, names, "Test")).toBe("x86_64");
  expect(ownArchitecture({ os: "linux", architecture: "arm", variant: "v7" }, names, "Test")).toBe("armv7hl");
});

test.each(["arm", "constructor", "__proto__"])(
  "%s: a machine that it does not know is refused",
  (architecture) => {
    expect(() => ownArchitecture({ os: "linux", architecture }, names, "Test")).toThrow("Test");
  },
);
