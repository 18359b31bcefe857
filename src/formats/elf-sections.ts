import { decodeText } from "../bytes/text.ts";
import { ElfFields, type ElfHeader, type RandomAccess } from "./elf-header.ts";

/** Programs and libraries have some forty sections. */
const MAX_SECTIONS = 4096;
const MAX_NAMES = 1 << 20;
const MAX_NAME = 256;

const SHT_NULL = 0;
const SHT_SYMTAB = 2;
const SHT_STRTAB = 3;
const SHT_RELA = 4;
const SHT_NOBITS = 8;
const SHT_REL = 9;
const SHT_GROUP = 17;
const SHT_SYMTAB_SHNDX = 18;
const SHF_ALLOC = 0x2;
const SHF_EXECINSTR = 0x4;
const SHF_INFO_LINK = 0x40;

/** One section header; `raw` is a copy of it, to make the new one from. */
export interface ElfSection {
  readonly raw: ElfFields;
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  /** Bytes in the file: none for what only has an address. */
  readonly size: number;
  readonly alignment: number;
  /** Index of another section. */
  readonly link: number;
  /** Index of another section, where the field is one. */
  readonly info: number | undefined;
  /** Whether a running program has it in memory. */
  readonly loaded: boolean;
  /** Code without its bytes: the file holds what a debugger wants to know of another one. */
  readonly hollow: boolean;
}

export interface ElfSections {
  /** Where their headers stand. */
  readonly table: { readonly offset: number; readonly size: number };
  readonly sections: readonly ElfSection[];
  /** Index of the section that holds the names. */
  readonly names: number;
}

/** Where a section header has its fields (System V ABI, chapter 4). */
export function sectionFields(wide: boolean) {
  return wide
    ? { size: 64, offset: 24, length: 32, link: 40, info: 44, alignment: 48 }
    : { size: 40, offset: 16, length: 20, link: 24, info: 28, alignment: 32 };
}

/**
 * The section headers; undefined where there are none, or where anything of them is not as linkers write it, as with
 * more sections than the ELF header can number.
 */
export function readElfSections(read: RandomAccess, header: ElfHeader): ElfSections | undefined {
  const { wide, little, fields } = header;
  const at = sectionFields(wide);
  const offset = fields.long(wide ? 40 : 32);
  const count = fields.half(wide ? 60 : 48);
  const names = fields.half(wide ? 62 : 50);
  if (fields.half(wide ? 58 : 46) !== at.size || count > MAX_SECTIONS || names === 0 || names >= count)
    return undefined;
  const bytes = Uint8Array.from(read(offset, count * at.size));
  if (bytes.length !== count * at.size) return undefined;
  const raws = Array.from(
    { length: count },
    (_, index) => new ElfFields(bytes.subarray(index * at.size, (index + 1) * at.size), little, wide),
  );
  const nameTable = raws[names] as ElfFields;
  const nameSize = nameTable.long(at.length);
  if (nameTable.word(4) !== SHT_STRTAB || nameSize > MAX_NAMES) return undefined;
  const text = read(nameTable.long(at.offset), nameSize);
  if (text.length !== nameSize) return undefined;
  const sections: ElfSection[] = [];
  for (const raw of raws) {
    const section = sectionOf(raw, text, count);
    if (section === undefined) return undefined;
    sections.push(section);
  }
  return sections[0]?.type === SHT_NULL
    ? { table: { offset, size: bytes.length }, sections, names }
    : undefined;
}

function sectionOf(raw: ElfFields, names: Uint8Array, count: number): ElfSection | undefined {
  const at = sectionFields(raw.wide);
  const type = raw.word(4);
  const flags = raw.long(8);
  const link = raw.word(at.link);
  const isIndex = type === SHT_REL || type === SHT_RELA || (flags & SHF_INFO_LINK) !== 0;
  const info = isIndex ? raw.word(at.info) : undefined;
  const alignment = Math.max(1, raw.long(at.alignment));
  const name = names.subarray(raw.word(0), raw.word(0) + MAX_NAME);
  const end = name.indexOf(0);
  if (end < 0 || link >= count || (info ?? 0) >= count) return undefined;
  const loaded = (flags & SHF_ALLOC) !== 0;
  const absent = type === SHT_NULL || type === SHT_NOBITS;
  return {
    raw,
    name: decodeText(name.subarray(0, end)),
    type,
    offset: raw.long(at.offset),
    size: absent ? 0 : raw.long(at.length),
    alignment,
    link,
    info,
    loaded,
    hollow: loaded && absent && (flags & SHF_EXECINSTR) !== 0,
  };
}

/** Beginnings of names of sections that hold debugging information. */
const debugging = [
  ".debug",
  ".zdebug",
  ".gnu.debuglto_.debug_",
  ".gnu.linkonce.wi.",
  ".line",
  ".stab",
  ".mdebug",
];

/**
 * Indices of the sections that only linkers and debuggers read: symbol tables with their strings, relocations that
 * were applied, debugging information, and the compiler's comment. `.gnu_debuglink` and notes are not among them.
 */
export function unusedSections({ sections, names }: ElfSections): Set<number> {
  const unused = new Set<number>();
  for (const [index, section] of sections.entries())
    if (index !== names && !section.loaded && isUnused(section)) unused.add(index);
  const inUse = new Set(sections.filter((_, index) => !unused.has(index)).map(({ link }) => link));
  for (const index of [...unused].map((user) => (sections[user] as ElfSection).link)) {
    const { type, loaded } = sections[index] as ElfSection;
    if (type === SHT_STRTAB && !loaded && index !== names && !inUse.has(index)) unused.add(index);
  }
  return unused;
}

function isUnused({ type, name }: ElfSection): boolean {
  if ([SHT_SYMTAB, SHT_SYMTAB_SHNDX, SHT_GROUP, SHT_REL, SHT_RELA].includes(type)) return true;
  return name === ".comment" || name === ".gdb_index" || debugging.some((start) => name.startsWith(start));
}
