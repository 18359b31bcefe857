import { describe, expect, test } from "vitest";
import { TareError } from "../../../../src/errors.ts";
import { openIndex } from "../../../../src/sources/debian/index/open.ts";
import { packIndex } from "../../../../src/sources/debian/index/pack.ts";
import { indexOf, packagesText } from "../../../kit/packages-file.ts";

const sum = "ba4f88f73dbc3ae9055f3c20f4523bfdbaf1ad13ff95e258924f77d20b4fbedf";

const libc = `Package: libc6
Source: glibc (2.36)
Version: 2.36-9
Installed-Size: 13001
Maintainer: GNU Libc Maintainers <debian-glibc@example>
Architecture: amd64
Replaces: libc6-amd64
Depends: libgcc-s1,
 libcrypt1 (>= 1:4.4.10-10)
Recommends: libidn2-0 (>= 2.0.5~)
Breaks: busybox (<< 1.30)
Description: GNU C Library: Shared libraries
Multi-Arch: same
Tag: role::shared-lib
Section: libs
Priority: optional
Filename: pool/main/g/glibc/libc6_2.36-9_amd64.deb
Size: 2759320
MD5sum: 00000000000000000000000000000000
SHA256: ${sum}
`;

test("a stanza is decoded as it stands", () => {
  expect(indexOf(libc).record(0)).toEqual({
    name: "libc6",
    version: "2.36-9",
    architecture: "amd64",
    multiArch: "same",
    essential: false,
    protected: false,
    priority: "optional",
    section: "libs",
    source: "glibc",
    sourceVersion: "2.36",
    depends: "libgcc-s1,\n libcrypt1 (>= 1:4.4.10-10)",
    preDepends: "",
    recommends: "libidn2-0 (>= 2.0.5~)",
    provides: "",
    conflicts: "",
    breaks: "busybox (<< 1.30)",
    replaces: "libc6-amd64",
    size: 2759320,
    installedSize: 13001,
    sha256: sum,
    filename: "pool/main/g/glibc/libc6_2.36-9_amd64.deb",
  });
});

test("names and providers are found, in the file's order", () => {
  const index = indexOf(
    packagesText([
      { Package: "mawk", Provides: "awk" },
      { Package: "gawk", Provides: "awk, gawk-api (= 3.2), gawk-api (= 3.1)" },
      { Package: "mawk", Version: "2" },
      { Package: "python3", Provides: "python3:any, python (= 3)" },
    ]),
  );
  const names = (numbers: readonly number[]) =>
    numbers.map((number) => `${index.record(number).name} ${index.record(number).version}`);
  expect(index.size).toBe(4);
  expect(names(index.named("mawk"))).toEqual(["mawk 1", "mawk 2"]);
  expect(names(index.providersOf("awk"))).toEqual(["mawk 1", "gawk 1"]);
  expect(names(index.providersOf("gawk-api"))).toEqual(["gawk 1"]);
  expect(names(index.providersOf("python3"))).toEqual(["python3 1"]);
  expect(index.named("awk")).toEqual([]);
  expect(index.named("nothing")).toEqual([]);
  expect(index.named("__proto__")).toEqual([]);
});

test("essential packages and those of a priority are found without decoding", () => {
  const index = indexOf(
    packagesText([
      { Package: "dpkg", Essential: "yes", Priority: "required" },
      { Package: "sed", Essential: "no", Priority: "required" },
      { Package: "init", Protected: "yes", Priority: "important" },
      { Package: "odd", Priority: "immense", "Multi-Arch": "foreign" },
    ]),
  );
  expect(index.essential()).toEqual([0]);
  expect(index.prioritised("required")).toEqual([0, 1]);
  expect(index.prioritised("extra")).toEqual([3]);
  expect(index.record(2).protected).toBe(true);
  expect(index.record(3).multiArch).toBe("foreign");
});

test("names are ordered by their first mention, as a package or in a relation", () => {
  const index = indexOf(
    packagesText([
      { Package: "b", Suggests: "late", Depends: "first | second (>= 1), third:any" },
      { Package: "c", Enhances: "d", Provides: "virtual" },
    ]),
  );
  const order = ["b", "first", "second", "late", "c", "d", "virtual"];
  expect(order.map((name) => index.mention(name))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(index.mention("third")).toBeUndefined();
});

test("field names in any case, and lines that end as on Windows", () => {
  const index = indexOf(
    "PACKAGE: a\r\nversion: 1\r\narchitecture: all\r\n\r\nPackage: b\r\nVersion: 2\r\nArchitecture: all\r\n",
  );
  expect(index.record(0)).toMatchObject({ name: "a", version: "1", architecture: "all" });
  expect(index.named("b")).toEqual([1]);
});

test("an empty file is an index of nothing", () => {
  expect(indexOf("").size).toBe(0);
  expect(indexOf("\n\n").named("a")).toEqual([]);
});

test("a digest that is not SHA-256 is no digest", () => {
  const index = indexOf(
    packagesText([
      { Package: "a", SHA256: "abc" },
      { Package: "b", SHA256: "g".repeat(64) },
    ]),
  );
  expect(index.record(0).sha256).toBeUndefined();
  expect(index.record(1).sha256).toBeUndefined();
});

describe("refuses with the line", () => {
  test.each([
    ["a line that is no field", "Package: a\nnonsense\n", "Packages:2", "neither a field nor a continuation"],
    ["a continuation of nothing", " a\n", "Packages:1", "neither a field nor a continuation"],
    [
      "a stanza without a version",
      "Package: a\nArchitecture: all\n",
      "Packages:3",
      "lacks Package, Version or Arch",
    ],
    ["a field that stands twice", `${libc}Version: 2\n`, "Packages:21", "says something twice"],
    ["an empty name", "Package:\nVersion: 1\n", "Packages:1", "empty name"],
  ])("%s", (_, text, where, why) => {
    expect(() => indexOf(text)).toThrow(where);
    expect(() => indexOf(text)).toThrow(why);
  });

  test("a value of more than a megabyte", () => {
    const text = packagesText([{ Package: "a", Depends: "b, ".repeat(400_000) }]);
    expect(() => indexOf(text)).toThrow(TareError);
  });
});

describe("a damaged cache is not believed", () => {
  const packed = packIndex(Buffer.from(libc), "Packages");
  test("whichever byte flips", () => {
    for (let at = 0; at < packed.byteLength; at += 1) {
      const damaged = Uint8Array.from(packed);
      damaged[at] = (damaged[at] as number) ^ 0x10;
      // Header words 10 to 15 are spare: what stands there means nothing.
      const spare = at >= 40 && at < 64;
      expect(openIndex(damaged) === undefined, `byte ${at}`).toBe(!spare);
    }
  });

  test("cut short, or with something after it", () => {
    expect(openIndex(packed.subarray(0, -1))).toBeUndefined();
    expect(openIndex(packed.subarray(0, 10))).toBeUndefined();
    expect(openIndex(new Uint8Array(0))).toBeUndefined();
    expect(openIndex(Buffer.concat([packed, Buffer.alloc(4)]))).toBeUndefined();
  });

  test("and a sound one opens wherever it lies in memory", () => {
    const moved = new Uint8Array(packed.byteLength + 1);
    moved.set(packed, 1);
    expect(openIndex(moved.subarray(1))?.record(0).name).toBe("libc6");
  });
});
