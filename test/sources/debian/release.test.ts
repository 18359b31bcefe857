import { expect, test } from "vitest";
import { parseRelease } from "../../../src/sources/debian/release.ts";

const hex = "ab".repeat(32);
const good = `Origin: Debian
Suite: oldstable
Codename: bookworm
Date: Sat, 11 Jul 2026 10:16:37 UTC
Valid-Until: Sat, 18 Jul 2026  9:16:37 +0000
Acquire-By-Hash: yes
No-Support-for-Architecture-all: Packages
Architectures: all amd64
Components: main contrib
MD5Sum:
 d41d8cd98f00b204e9800998ecf8427e 0 main/binary-amd64/Packages
SHA256:
 ${hex}       12 main/binary-amd64/Packages.xz
`;

test("a Release is read", () => {
  expect(parseRelease(good, "Release")).toEqual({
    origin: "Debian",
    suite: "oldstable",
    codename: "bookworm",
    date: new Date("2026-07-11T10:16:37Z"),
    validUntil: new Date("2026-07-18T09:16:37Z"),
    byHash: true,
    architectures: ["all", "amd64"],
    components: ["main", "contrib"],
    separateAll: false,
    pin: 500,
    files: new Map([["main/binary-amd64/Packages.xz", { digest: `sha256:${hex}`, size: 12 }]]),
  });
});

test("SHA512 serves where there is no SHA256, MD5 alone never", () => {
  const strong = good.replace("SHA256:", "SHA512:").replace(hex, hex + hex);
  expect([...parseRelease(strong, "Release").files.values()][0]?.digest).toBe(`sha512:${hex}${hex}`);
  expect(() => parseRelease(good.slice(0, good.indexOf("SHA256:")), "Release")).toThrow(
    "no SHA256 or SHA512",
  );
});

test("what is not a sound Release is refused with its reason", () => {
  const bad: Record<string, string> = {
    "it is not one paragraph": `${good}\nSuite: x\n`,
    "it has no date": good.replace(/^Date:.*\n/m, ""),
    '"yesterday" is no date': good.replace("Sat, 11 Jul 2026 10:16:37 UTC", "yesterday"),
    "is not a digest, a size and a path": good.replace(hex, hex.slice(1)),
    "stands twice": good.replace("Codename", "Suite"),
  };
  for (const [why, text] of Object.entries(bad))
    expect(() => parseRelease(text, "Release"), why).toThrow(why);
});
