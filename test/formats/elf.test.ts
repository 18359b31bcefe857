import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readElf } from "../../src/formats/elf.ts";
import { elfFile } from "../kit/elf-file.ts";

const reader = (bytes: Uint8Array) => (offset: number, length: number) =>
  bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + length, bytes.length));

describe("readElf", () => {
  const wanted = {
    soname: "libdemo.so.1",
    needed: ["libc.so.6", "libm.so.6"],
    runpath: "$ORIGIN",
    versionsNeeded: [
      ["libc.so.6", "GLIBC_2.38", "GLIBC_PRIVATE"],
      ["libm.so.6", "GLIBC_2.29"],
    ],
    versionsDefined: ["DEMO_1.2", "DEMO_BETA"],
  };

  for (const bits of [32, 64] as const)
    for (const littleEndian of [true, false])
      test(`reads ${bits} bits, ${littleEndian ? "little" : "big"} endian`, () => {
        const file = elfFile({ bits, littleEndian, machine: 40, flags: 0x5000400, ...wanted });
        expect(readElf(reader(file))).toEqual({
          bits,
          littleEndian,
          machine: 40,
          flags: 0x5000400,
          type: 3,
          osabi: 0,
          ...wanted,
        });
      });

  test("reads the interpreter, the ABI note and the needed instruction set", () => {
    const file = elfFile({
      bits: 64,
      littleEndian: true,
      machine: 62,
      flags: 0,
      needed: [],
      interpreter: "/lib64/ld-linux-x86-64.so.2",
      isaNeeded: 4,
      abiTag: [0, 3, 2, 0],
    });
    expect(readElf(reader(file))).toMatchObject({
      interpreter: "/lib64/ld-linux-x86-64.so.2",
      isaNeeded: 4,
      abiTag: [0, 3, 2, 0],
    });
  });

  test("tells of versions the newest of each family", () => {
    const file = elfFile({
      bits: 64,
      littleEndian: true,
      machine: 62,
      flags: 0,
      needed: ["libc.so.6"],
      versionsNeeded: [["libc.so.6", "GLIBC_2.9", "GLIBC_2.34", "GLIBC_2.2.5", "GLIBC_ABI_DT_RELR"]],
      versionsDefined: ["A_1", "A_1.0", "A_0.9.9", "A_B_3", "A_", "_1"],
    });
    expect(readElf(reader(file))).toMatchObject({
      versionsNeeded: [["libc.so.6", "GLIBC_2.34", "GLIBC_ABI_DT_RELR"]],
      versionsDefined: ["A_", "A_1.0", "A_B_3", "_1"],
    });
  });

  test("says nothing of what is not ELF", () => {
    for (const text of ["", "#!/bin/sh\n", "\x7fELF", "GROUP ( /lib/libc.so.6 )"])
      expect(readElf(reader(Buffer.from(text)))).toBeUndefined();
  });

  test("takes any damage without throwing or running away", () => {
    const whole = elfFile({ bits: 64, littleEndian: true, machine: 62, flags: 0, ...wanted, isaNeeded: 1 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 12 }),
        fc.nat(whole.length),
        (changes, length) => {
          const bytes = Uint8Array.from(whole);
          for (const [at, value] of changes) if (at > 5) bytes[at] = value;
          readElf(reader(bytes.subarray(0, length)));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("reads a lying size as absent", () => {
    const file = elfFile({ bits: 64, littleEndian: true, machine: 62, flags: 0, ...wanted });
    new DataView(file.buffer, file.byteOffset).setBigUint64(32, 0xffff_ffff_ffff_fff0n, true);
    expect(readElf(reader(file))).toMatchObject({ needed: [] });
  });
});
