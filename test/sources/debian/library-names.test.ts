import { expect, test } from "vitest";
import { libraryPackageNames } from "../../../src/sources/debian/library-names.ts";

test.each([
  ["libstdc++.so.6", "libstdc++6"],
  ["libgcc_s.so.1", "libgcc-s1"],
  ["libfoo-1.2.so.3", "libfoo-1.2-3"],
  ["libX11.so.6", "libx11-6"],
  ["libglib-2.0.so.0", "libglib2.0-0t64"],
  ["libssl.so.3", "libssl3t64"],
  ["libdb-5.3.so", "libdb5.3"],
  ["libnspr4.so", "libnspr4"],
  ["libsqlite3.so.0", "libsqlite3-0"],
  ["libpng16.so.16", "libpng16-16"],
  ["libz.so.1", "zlib1g"],
  ["libc.so.6", "libc6"],
  ["libpthread.so.0", "libc6"],
  ["libnss_dns.so.2", "libc6"],
  ["/lib64/ld-linux-x86-64.so.2", "libc6"],
  ["/lib/ld-linux-armhf.so.3", "libc6"],
  ["/lib64/ld64.so.2", "libc6"],
  ["/lib64/ld.so.1", "libc6"],
  ["ld-linux-aarch64.so.1", "libc6"],
])("%s may be in %s", (library, name) => {
  expect(libraryPackageNames(library)).toContain(name);
});

test("the name that the rule gives comes first, then that with the 64-bit time", () => {
  expect(libraryPackageNames("libssl.so.3")).toEqual(["libssl3", "libssl3t64", "libssl-3", "libssl-3t64"]);
});

test.each(["plugin.so", "/opt/lib/ld-own.so.1", "/nix/store/ld-linux.so.2", "lib", "libx.so.1/../x", ""])(
  "%o is in no package that could be told",
  (library) => {
    expect(libraryPackageNames(library)).toEqual([]);
  },
);

test("a name that was made to take long does not", () => {
  expect(libraryPackageNames(`lib${"-1".repeat(100_000)}`)).toEqual([]);
});
