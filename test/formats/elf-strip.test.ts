import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ElfHeader, readElfHeader } from "../../src/formats/elf-header.ts";
import { readElfSections } from "../../src/formats/elf-sections.ts";
import { elfFile } from "../kit/elf-file.ts";
import { type SectionRecipe, sectioned } from "../kit/elf-sections.ts";
import { readerOf, strippedBytes } from "../kit/elf-stripped.ts";

const text = (size: number, letter: string) => Buffer.alloc(size, letter);
const bases = ([32, 64] as const).flatMap((bits) =>
  [true, false].map((littleEndian) => ({
    name: `${bits} bits, ${littleEndian ? "little" : "big"} endian`,
    file: elfFile({ bits, littleEndian, machine: 62, flags: 0, needed: ["libc.so.6"], soname: "x.so" }),
  })),
);
const base = elfFile({ bits: 64, littleEndian: true, machine: 62, flags: 0, needed: ["libc.so.6"] });

/** What linkers leave, in their order; the loaded one is where the file has its headers. */
const usual: readonly SectionRecipe[] = [
  { name: ".text", type: 1, flags: 6, offset: 0x40, size: 16 },
  { name: ".bss", type: 8, flags: 3, size: 0x9000 },
  { name: ".comment", type: 1, data: text(90, "c") },
  { name: ".gnu_debuglink", type: 1, data: text(20, "l"), alignment: 4 },
  { name: ".debug_info", type: 1, data: text(901, "d") },
  {
    name: ".rela.debug_info",
    type: 4,
    data: text(48, "r"),
    alignment: 8,
    link: ".symtab",
    info: ".debug_info",
  },
  { name: ".note.stapsdt", type: 7, data: text(12, "n"), alignment: 4, link: ".symtab" },
  { name: ".symtab", type: 2, data: text(240, "s"), alignment: 8, link: ".strtab" },
  { name: ".strtab", type: 3, data: text(301, "t") },
];

function sectionsOf(bytes: Uint8Array) {
  const read = readerOf(bytes);
  const found = readElfSections(read, readElfHeader(read) as ElfHeader);
  return found?.sections.map(({ name, offset, size, link }) => ({
    name,
    content: Buffer.from(bytes.subarray(offset, offset + size)).toString("latin1"),
    link: found.sections[link]?.name,
  }));
}

describe("stripping", () => {
  for (const { name, file } of bases)
    test(`leaves what is loaded, links to debugging information and notes: ${name}`, () => {
      const whole = sectioned(file, usual);
      const stripped = strippedBytes(whole) as Buffer;
      expect(stripped.length).toBeLessThan(whole.length - 1500);
      const header = file[4] === 2 ? 64 : 52;
      expect(stripped.subarray(header, file.length).equals(whole.subarray(header, file.length))).toBe(true);
      expect(sectionsOf(stripped)).toEqual([
        { name: "", content: "", link: "" },
        { name: ".text", content: whole.toString("latin1", 0x40, 0x50), link: "" },
        { name: ".bss", content: "", link: "" },
        { name: ".gnu_debuglink", content: "l".repeat(20), link: "" },
        { name: ".note.stapsdt", content: "n".repeat(12), link: "" },
        {
          name: ".shstrtab",
          content: "\0.text\0.bss\0.gnu_debuglink\0.note.stapsdt\0.shstrtab\0",
          link: "",
        },
      ]);
    });

  test("twice is once", () => {
    expect(strippedBytes(strippedBytes(sectioned(base, usual)) as Buffer)).toBeUndefined();
  });

  test("numbers anew what other sections name", () => {
    const users: SectionRecipe[] = [
      { name: ".attributes", type: 1, data: text(8, "a"), link: ".strings" },
      { name: ".strings", type: 3, data: text(9, "q") },
    ];
    const stripped = strippedBytes(sectioned(base, [...usual, ...users])) as Buffer;
    expect(sectionsOf(stripped)?.find(({ name }) => name === ".attributes")?.link).toBe(".strings");
  });

  test("knows what Go's linker makes: names and headers among what is loaded, a loaded section last", () => {
    const names = Buffer.from("\0.text\0.debug_info\0.note.go.buildid\0.shstrtab\0");
    const inside = Buffer.concat([base, names, Buffer.alloc(5 * 64)]);
    inside.writeBigUInt64LE(BigInt(inside.length), 64 + 32);
    const whole = sectioned(Buffer.concat([inside, Buffer.alloc(200)]), [
      { name: ".text", type: 1, flags: 6, offset: 64, size: 16 },
      { name: ".debug_info", type: 1, data: text(5000, "d") },
      { name: ".note.go.buildid", type: 7, flags: 2, offset: 80, size: 16 },
    ]);
    const debug = whole.indexOf(text(5000, "d")) + 5000;
    const table = whole.subarray(-5 * 64);
    table.writeBigUInt64LE(BigInt(base.length), 4 * 64 + 24);
    table.copy(whole, base.length + names.length);
    whole.writeBigUInt64LE(BigInt(base.length + names.length), 40);
    const stripped = strippedBytes(whole.subarray(0, debug)) as Buffer;
    expect(stripped.subarray(64, inside.length).equals(whole.subarray(64, inside.length))).toBe(true);
    expect(sectionsOf(stripped)?.map(({ name }) => name)).toEqual([
      "",
      ".text",
      ".note.go.buildid",
      ".shstrtab",
    ]);
  });

  test("keeps strings that something else needs too", () => {
    const user: SectionRecipe = { name: ".user", type: 1, data: text(8, "a"), link: ".strtab" };
    const names = sectionsOf(strippedBytes(sectioned(base, [...usual, user])) as Buffer)?.map(
      ({ name }) => name,
    );
    expect(names).toContain(".strtab");
    expect(names).not.toContain(".symtab");
  });
});

describe("a file is left as it is", () => {
  const whole = sectioned(base, usual);
  const patched = (at: number, value: number) => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt16LE(value, at);
    return bytes;
  };
  const withSection = (...more: SectionRecipe[]) => sectioned(base, [...usual, ...more]);
  const gap = Buffer.concat([base, text(16, "x")]);
  const cases: Record<string, Uint8Array> = {
    "that is no ELF": text(4096, "x"),
    "that has no sections": base,
    "that has nothing to lose": sectioned(base, usual.slice(0, 2)),
    "that would lose next to nothing": sectioned(base, usual.slice(0, 4)),
    "that is an object": patched(16, 1),
    "that is a core file": patched(16, 4),
    "whose sections are too many to be numbered": patched(60, 0),
    "whose names are in a section too far to be numbered": patched(62, 0xffff),
    "whose segments are too many to be numbered": patched(56, 0xffff),
    "without segments": patched(56, 0),
    "with something appended": Buffer.concat([whole, Buffer.from("payload")]),
    "with nothing but zeros appended": Buffer.concat([whole, Buffer.alloc(1)]),
    "with something between its segments and sections": sectioned(gap, usual),
    "with much room between its segments and sections": sectioned(
      Buffer.concat([base, Buffer.alloc(70_000)]),
      usual,
    ),
    "that was cut short": whole.subarray(0, -1),
    "whose sections overlap": withSection({ name: ".again", type: 1, offset: base.length + 4, size: 8 }),
    "whose sections lie outside": withSection({ name: ".far", type: 1, offset: 1e9, size: 8 }),
    "with a symbol table among what is loaded": withSection({ name: ".in", type: 2, offset: 80, size: 8 }),
    "with a loaded section behind its segments": sectioned(base, [
      { name: ".data", type: 1, flags: 3, data: text(9, "x") },
      ...usual,
    ]),
    "whose dynamic symbols would name other sections": withSection(
      { name: ".dynsym", type: 11, flags: 2, offset: 64, size: 4 },
      { name: ".late", type: 1, flags: 2, offset: 64, size: 4 },
    ),
    "that is another's debugging information": sectioned(base, [
      { name: ".text", type: 8, flags: 6, size: 0x9000 },
      ...usual.slice(1),
    ]),
  };
  for (const [what, bytes] of Object.entries(cases))
    test(what, () => {
      expect(strippedBytes(bytes)).toBeUndefined();
    });
});

test("stripping takes any damage without throwing, and never leads outside of the file", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...bases.map(({ file }) => sectioned(file, usual))),
      fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0, 0xff))), { maxLength: 6 }),
      fc.boolean(),
      fc.nat(64),
      (whole, changes, inHeaders, cut) => {
        const bytes = Uint8Array.from(whole);
        // Most bytes are content, where any change is sound: aim at what is read.
        const table = whole.length - 11 * (whole[4] === 2 ? 64 : 40);
        for (const [at, value] of changes)
          bytes[inHeaders ? 6 + (at % 200) : table + (at % (whole.length - table))] = value;
        strippedBytes(bytes.subarray(0, cut < 8 ? whole.length - cut : whole.length));
      },
    ),
    { numRuns: 5000 },
  );
});
