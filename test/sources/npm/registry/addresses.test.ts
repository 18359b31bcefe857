import { expect, test } from "vitest";
import {
  addressOf,
  locationOf,
  registryOf,
  repositoryOf,
} from "../../../../src/sources/npm/registry/addresses.ts";

const options = {
  registry: "https://registry.example/npm",
  "@own:registry": "https://own.example/",
  "@same:registry": "https://registry.example/npm/",
};

test("a scope with a registry of its own is another repository", () => {
  expect(
    ["debug", "@own/debug", "@same/debug", "@other/debug"].map((name) => repositoryOf(name, options)),
  ).toEqual(["npm", "npm/@own", "npm", "npm"]);
  expect(registryOf("@own/debug", options)).toBe("https://own.example/");
  expect(registryOf("@other/debug", options)).toBe("https://registry.example/npm/");
});

test.for([
  ["below the registry", "https://registry.example/npm/debug/-/debug-1.0.0.tgz", "debug/-/debug-1.0.0.tgz"],
  ["of its own shape", "https://registry.example/npm/download/debug/1.0.0/0a1b", "download/debug/1.0.0/0a1b"],
  ["of another registry", "https://elsewhere.example/x/debug/-/debug-1.0.0.tgz", "debug/-/debug-1.0.0.tgz"],
  ["of another shape elsewhere", "https://elsewhere.example/0a1b", "debug/-/debug-1.0.0.tgz"],
  ["not told", undefined, "debug/-/debug-1.0.0.tgz"],
  ["with a query", "https://registry.example/npm/x?token=secret", "debug/-/debug-1.0.0.tgz"],
  ["climbing out", "https://registry.example/npm/../x/debug.tgz", "debug/-/debug-1.0.0.tgz"],
  ["of empty segments", "https://registry.example/npm//x", "debug/-/debug-1.0.0.tgz"],
] as const)("a tarball's address %s has no host in a lock", ([, tarball, location]) => {
  expect(locationOf(tarball, "debug", "1.0.0", options)).toBe(location);
});

test("the usual place of a scope's package", () => {
  expect(locationOf(undefined, "@own/debug", "1.0.0", options)).toBe("@own/debug/-/debug-1.0.0.tgz");
});

test("a location is an address again, below its own registry", () => {
  expect(addressOf("@own/debug/-/debug-1.0.0.tgz", "@own/debug", options)).toBe(
    "https://own.example/@own/debug/-/debug-1.0.0.tgz",
  );
  expect(addressOf("http://elsewhere.example/x.tgz", "debug", options)).toBe(
    "http://elsewhere.example/x.tgz",
  );
});
