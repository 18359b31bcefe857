import { encodeText } from "../bytes/text.ts";
import {
  ElfFields,
  type ElfHeader,
  type RandomAccess,
  readElfHeader,
  readElfSegments,
  segmentTable,
} from "./elf-header.ts";
import {
  type ElfSection,
  type ElfSections,
  readElfSections,
  sectionFields,
  unusedSections,
} from "./elf-sections.ts";

/** New bytes, or a range of the file as it was. */
export type StripPart = Uint8Array | { readonly from: number; readonly size: number };

/** The stripped file as its parts, in order. */
export interface StripPlan {
  /** Bytes of the stripped file. */
  readonly size: number;
  readonly parts: readonly StripPart[];
}

const ET_EXEC = 2;
const ET_DYN = 3;
const SHT_DYNSYM = 11;
/** A tar rounds files up to blocks of that size: less is no reason to give a file other bytes than it was published with. */
const WORTHWHILE = 512;
/** Pages, which sections may be aligned to, have no more. A wider gap was left by somebody for a reason of his own. */
const MAX_PADDING = 1 << 16;

/**
 * How a program or a shared library loses what only linkers and debuggers read: what `strip --strip-all` does, and
 * `.comment` besides. All that is loaded stays where it is, byte for byte, with the dynamic symbols, so that libraries
 * and addons need nothing gentler; sections behind it that are kept move up, and the section headers are written anew
 * after them (System V ABI, chapter 4).
 *
 * Undefined when nothing would be gained, for anything but programs and libraries (objects, kernel modules, core
 * files, detached debugging information), and whenever the file is not wholly understood: sections that overlap or lie
 * outside the file, extended numbering, bytes behind or between the sections that no header accounts for, as
 * self-extracting programs have them.
 * @param size bytes of the file; every range of the plan is inside
 */
export function planStrip(read: RandomAccess, size: number): StripPlan | undefined {
  const header = readElfHeader(read);
  if (header === undefined || (header.type !== ET_EXEC && header.type !== ET_DYN)) return undefined;
  const end = loadedEnd(read, header);
  const all = readElfSections(read, header);
  if (end === undefined || end > size || all === undefined) return undefined;
  const unused = unusedSections(all);
  if (unused.size === 0 || !isSound(all, end, unused) || !isAccountedFor(read, all, end, size))
    return undefined;
  const plan = rebuilt(header, all, end, unused);
  return size - plan.size >= WORTHWHILE ? plan : undefined;
}

/** Where all that is loaded ends, with the program headers that say so. */
function loadedEnd(read: RandomAccess, header: ElfHeader): number | undefined {
  const { offset, entry, count } = segmentTable(header);
  const segments = readElfSegments(read, header);
  if (count === 0 || segments.length !== count || entry !== (header.wide ? 56 : 32)) return undefined;
  const ends = segments.filter((one) => one.size > 0).map((one) => one.offset + one.size);
  return Math.max(header.bytes.length, offset + entry * count, ...ends);
}

/**
 * Loaded sections are in what stays, all others behind it: but for the names of all, which Go's linker puts among the
 * loaded ones. Where there are dynamic symbols, which name sections by number, loaded sections keep theirs.
 */
function isSound({ sections, names }: ElfSections, end: number, unused: ReadonlySet<number>): boolean {
  const dynamic = sections.some(({ type }) => type === SHT_DYNSYM);
  const first = dynamic ? Math.min(...unused) : sections.length;
  return sections.every((section, index) => {
    if (section.hollow || (section.loaded && (index === names || index > first))) return false;
    if (section.link === names && !unused.has(index)) return false;
    if (section.size === 0) return true;
    if (section.loaded || (index === names && section.offset < end)) return endOf(section) <= end;
    return section.offset >= end && isAlignment(section.alignment);
  });
}

function endOf({ offset, size }: { readonly offset: number; readonly size: number }): number {
  return offset + size;
}

function isAlignment(value: number): boolean {
  return value <= MAX_PADDING && (value & (value - 1)) === 0;
}

/** Whether sections and their headers are all that follows, without overlapping, with no more than padding between. */
function isAccountedFor(
  read: RandomAccess,
  { sections, table }: ElfSections,
  end: number,
  size: number,
): boolean {
  // What Go's linker puts before the code, names and headers of sections, stays there, unread.
  const pieces = [...sections.filter((one) => !one.loaded && one.size > 0), table].filter(
    (one) => endOf(one) > end,
  );
  let at = end;
  for (const piece of pieces.sort((a, b) => a.offset - b.offset)) {
    const gap = piece.offset - at;
    if (gap < 0 || gap > MAX_PADDING || read(at, gap).some((byte) => byte !== 0)) return false;
    at = endOf(piece);
  }
  return at === size;
}

function rebuilt(header: ElfHeader, all: ElfSections, end: number, unused: ReadonlySet<number>): StripPlan {
  const { wide, little } = header;
  const at = sectionFields(wide);
  const kept = [...all.sections.keys()].filter((index) => !unused.has(index));
  const renumbered = new Map(kept.map((old, index) => [old, index]));
  const parts: StripPart[] = [];
  let size = 0;
  const add = (part: StripPart, alignment = 1) => {
    const padding = -size & (alignment - 1);
    if (padding > 0) parts.push(new Uint8Array(padding));
    const start = size + padding;
    parts.push(part);
    size = start + (part instanceof Uint8Array ? part.length : part.size);
    return start;
  };

  const start = Uint8Array.from(header.bytes);
  add(start);
  add({ from: start.length, size: end - start.length });
  const { text, offsets } = nameTable(kept.map((index) => all.sections[index] as ElfSection));
  const table = new Uint8Array(kept.length * at.size);
  for (const [index, old] of kept.entries()) {
    const section = all.sections[old] as ElfSection;
    const bytes = table.subarray(index * at.size, (index + 1) * at.size);
    bytes.set(new Uint8Array(section.raw.view.buffer, section.raw.view.byteOffset, at.size));
    const fields = new ElfFields(bytes, little, wide);
    fields.setWord(0, offsets.get(section.name) as number);
    fields.setWord(at.link, renumbered.get(section.link) ?? 0);
    if (section.info !== undefined) fields.setWord(at.info, renumbered.get(section.info) ?? 0);
    if (old === all.names) {
      fields.setLong(at.offset, add(text));
      fields.setLong(at.length, text.length);
    } else if (!section.loaded && section.size > 0)
      fields.setLong(at.offset, add({ from: section.offset, size: section.size }, section.alignment));
  }
  const patched = new ElfFields(start, little, wide);
  patched.setLong(wide ? 40 : 32, add(table, wide ? 8 : 4));
  patched.setHalf(wide ? 60 : 48, kept.length);
  patched.setHalf(wide ? 62 : 50, renumbered.get(all.names) as number);
  return { size, parts };
}

/** A string table of the sections' names, each once, and where each begins. */
function nameTable(sections: readonly ElfSection[]): { text: Uint8Array; offsets: Map<string, number> } {
  const offsets = new Map([["", 0]]);
  const pieces = [Buffer.alloc(1)];
  let size = 1;
  for (const { name } of sections) {
    if (offsets.has(name)) continue;
    offsets.set(name, size);
    const piece = Buffer.concat([encodeText(name), Buffer.alloc(1)]);
    pieces.push(piece);
    size += piece.length;
  }
  return { text: Buffer.concat(pieces), offsets };
}
