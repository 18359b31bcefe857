import { expect, test } from "vitest";
import { acNameFrom, identifierFrom, isStrictIdentifier } from "../../../src/formats/aci/names.ts";
import { platformLabels, platformOfLabels } from "../../../src/formats/aci/platforms.ts";
import { parsePlatform, platformName } from "../../../src/model/platform.ts";

test.each([
  ["shout", "shout"],
  ["registry.example/team/shout", "registry.example/team/shout"],
  ["localhost:5000/Shout", "localhost_5000/shout"],
  ["a__b--c", "a_b-c"],
  ["-a/../b-", "a/b"],
  ["~~~", undefined],
  ["", undefined],
])("the identifier nearest to %o is %o", (text, identifier) => {
  expect(identifierFrom(text)).toBe(identifier);
  if (identifier !== undefined) expect(isStrictIdentifier(identifier)).toBe(true);
});

test.each([
  ["volume-/var/tmp", "volume-var-tmp"],
  ["6379/tcp", "6379-tcp"],
  ["/", undefined],
])("the name nearest to %o is %o", (text, name) => {
  expect(acNameFrom(text)).toBe(name);
});

test("a long name costs no time", () => {
  expect(isStrictIdentifier(`${"a-".repeat(200_000)}-`)).toBe(false);
  expect(identifierFrom("-".repeat(200_000))).toBeUndefined();
});

// The specification's library, ValidOSArch and its tables to and from Go's names.
test.each([
  ["linux/amd64", "linux", "amd64"],
  ["linux/386", "linux", "i386"],
  ["linux/arm64", "linux", "aarch64"],
  ["linux/arm64be", "linux", "aarch64_be"],
  ["linux/arm/v6", "linux", "armv6l"],
  ["linux/arm/v7", "linux", "armv7l"],
  ["linux/ppc64le", "linux", "ppc64le"],
  ["linux/s390x", "linux", "s390x"],
  ["freebsd/amd64", "freebsd", "amd64"],
  ["freebsd/386", "freebsd", "i386"],
  ["darwin/amd64", "darwin", "x86_64"],
])("%s is os %s, arch %s, both ways", (text, os, arch) => {
  const labels = [
    { name: "arch", value: arch },
    { name: "os", value: os },
  ];
  expect(platformLabels(parsePlatform(text) ?? { os, architecture: "" })).toEqual(labels);
  expect(platformName(platformOfLabels(labels))).toBe(text);
});

test("an arm without a variant is the sixth; an arm64 of a variant is one; without labels, linux/amd64", () => {
  expect(platformLabels({ os: "linux", architecture: "arm" })[0]?.value).toBe("armv6l");
  expect(platformLabels({ os: "linux", architecture: "arm64", variant: "v8" })[0]?.value).toBe("aarch64");
  expect(platformName(platformOfLabels([]))).toBe("linux/amd64");
});
