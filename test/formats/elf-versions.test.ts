import fc from "fast-check";
import { expect, test } from "vitest";
import { ElfFields } from "../../src/formats/elf-header.ts";
import { versionsDefined, versionsLacking, versionsNeeded } from "../../src/formats/elf-versions.ts";

test("a library that has a newer version of a family has all older ones", () => {
  const bookworm = ["GLIBC_2.36", "GLIBC_ABI_DT_RELR", "GLIBC_PRIVATE"];
  expect(versionsLacking(["GLIBC_2.36"], bookworm)).toEqual([]);
  expect(versionsLacking(["GLIBC_2.4", "GLIBC_PRIVATE"], bookworm)).toEqual([]);
  expect(versionsLacking(["GLIBC_2.38", "GLIBC_PRIVATE"], bookworm)).toEqual(["GLIBC_2.38"]);
  expect(versionsLacking(["GLIBC_2.36.1"], bookworm)).toEqual(["GLIBC_2.36.1"]);
  expect(versionsLacking(["GLIBC_10"], bookworm)).toEqual(["GLIBC_10"]);
  expect(versionsLacking(["GLIBC_ABI_GNU_TLS"], bookworm)).toEqual(["GLIBC_ABI_GNU_TLS"]);
  expect(versionsLacking(["GLIBCXX_3.4.31"], ["CXXABI_1.3.13", "GLIBCXX_3.4.30"])).toEqual([
    "GLIBCXX_3.4.31",
  ]);
});

test("a library without versions lacks none, as for the dynamic linker", () => {
  expect(versionsLacking(["GLIBC_2.38"], undefined)).toEqual([]);
});

test("tables of any bytes are read without throwing or running away", () => {
  const small = fc.constantFrom(0, 1, 2, 16, 20, 28, 0xffff);
  fc.assert(
    fc.property(fc.array(small, { maxLength: 4000 }), fc.nat(0xffff), (halves, count) => {
      const table = new ElfFields(new Uint8Array(Uint16Array.from(halves).buffer), true, true);
      let texts = 0;
      const textAt = (offset: number) => {
        texts += 1;
        return `V_${offset}`;
      };
      versionsNeeded(table, count, textAt);
      versionsDefined(table, count, textAt);
      expect(texts).toBeLessThanOrEqual(3 * 1024);
    }),
  );
});
