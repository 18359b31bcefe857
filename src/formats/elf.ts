import { decodeText } from "../bytes/text.ts";
import type { ElfFacts } from "../model/rootfs.ts";
import {
  ElfFields,
  type ElfSegment,
  type RandomAccess,
  readElfHeader,
  readElfSegments,
} from "./elf-header.ts";
import { type TextAt, versionsDefined, versionsNeeded } from "./elf-versions.ts";

export type { RandomAccess };

/** Bounds for what a file may ask us to read; real files stay far below. */
const MAX_DYNAMIC = 64 * 1024;
const MAX_STRINGS = 16 * 1024 * 1024;
const MAX_NAME = 4096;
const MAX_NEEDED = 4096;
const MAX_NOTES = 64 * 1024;
const MAX_VERSION_TABLE = 64 * 1024;

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const PT_NOTE = 4;
const PT_GNU_PROPERTY = 0x6474e553;
const DT_NULL = 0;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_STRSZ = 10;
const DT_SONAME = 14;
const DT_RPATH = 15;
const DT_RUNPATH = 29;
const DT_VERDEF = 0x6ffffffc;
const DT_VERDEFNUM = 0x6ffffffd;
const DT_VERNEED = 0x6ffffffe;
const DT_VERNEEDNUM = 0x6fffffff;
const NT_GNU_ABI_TAG = 1;
const NT_GNU_PROPERTY = 5;
const GNU_PROPERTY_X86_ISA_1_NEEDED = 0xc0008002;

/**
 * Reads what an ELF file says of itself (System V ABI, chapters 4 and 5; Linux gABI extensions for notes). Works by
 * program headers, as the dynamic linker does, so that stripped section headers do no harm. Undefined for anything
 * that is not ELF. Offsets that point outside the file, and strings without an end, read as absent: it never throws.
 */
export function readElf(read: RandomAccess): ElfFacts | undefined {
  const header = readElfHeader(read);
  if (header === undefined) return undefined;
  const { wide, little, fields, type } = header;
  const segments = readElfSegments(read, header);
  const facts = {
    bits: wide ? 64 : 32,
    littleEndian: little,
    machine: fields.half(18),
    flags: fields.word(wide ? 48 : 36),
    type,
    osabi: header.bytes[7] as number,
  } as const;
  const interpreter = interpreterOf(read, segments);
  return {
    ...facts,
    ...(interpreter === undefined ? {} : { interpreter }),
    ...dynamicOf(read, segments, little, wide),
    ...notesOf(read, segments, little, wide),
  };
}

function interpreterOf(read: RandomAccess, segments: readonly ElfSegment[]): string | undefined {
  const segment = segments.find((one) => one.type === PT_INTERP);
  return segment && segment.size <= MAX_NAME ? stringAt(read(segment.offset, segment.size), 0) : undefined;
}

type DynamicFacts = Pick<
  ElfFacts,
  "soname" | "needed" | "runpath" | "rpath" | "versionsNeeded" | "versionsDefined"
>;

function dynamicOf(
  read: RandomAccess,
  segments: readonly ElfSegment[],
  little: boolean,
  wide: boolean,
): DynamicFacts {
  const none = { needed: [] };
  const segment = segments.find((one) => one.type === PT_DYNAMIC);
  if (!segment) return none;
  const table = new ElfFields(read(segment.offset, Math.min(segment.size, MAX_DYNAMIC)), little, wide);
  const half = wide ? 8 : 4;
  const values = new Map<number, number>();
  const needed: number[] = [];
  for (let at = 0; at + 2 * half <= table.view.byteLength; at += 2 * half) {
    const tag = table.long(at);
    const value = table.long(at + half);
    if (tag === DT_NULL) break;
    if (tag === DT_NEEDED) {
      if (needed.length < MAX_NEEDED) needed.push(value);
    } else if (!values.has(tag)) values.set(tag, value);
  }
  const at = (tag: number, length: number) => {
    const address = values.get(tag);
    const load = segments.find(
      (one) =>
        one.type === PT_LOAD &&
        address !== undefined &&
        address >= one.address &&
        address - one.address < one.size,
    );
    if (address === undefined || !load) return undefined;
    const start = address - load.address;
    return read(load.offset + start, Math.min(length, load.size - start));
  };
  const strings = at(DT_STRTAB, Math.min(values.get(DT_STRSZ) ?? MAX_STRINGS, MAX_STRINGS));
  if (strings === undefined) return none;
  const textAt = (offset: number) => stringAt(strings, offset);
  const text = (tag: number): string | undefined => {
    const offset = values.get(tag);
    return offset === undefined ? undefined : textAt(offset);
  };
  const versions = <Found>(
    tables: number,
    counts: number,
    of: (table: ElfFields, count: number, textAt: TextAt) => readonly Found[],
  ) => {
    const bytes = at(tables, MAX_VERSION_TABLE);
    const found = bytes && of(new ElfFields(bytes, little, wide), values.get(counts) ?? 0, textAt);
    return found?.length === 0 ? undefined : found;
  };
  const [soname, runpath, rpath] = [text(DT_SONAME), text(DT_RUNPATH), text(DT_RPATH)];
  const wanted = versions(DT_VERNEED, DT_VERNEEDNUM, versionsNeeded);
  const defined = versions(DT_VERDEF, DT_VERDEFNUM, versionsDefined);
  return {
    needed: needed.map(textAt).filter((name) => name !== undefined),
    ...(soname === undefined ? {} : { soname }),
    ...(runpath === undefined ? {} : { runpath }),
    ...(rpath === undefined ? {} : { rpath }),
    ...(wanted === undefined ? {} : { versionsNeeded: wanted }),
    ...(defined === undefined ? {} : { versionsDefined: defined }),
  };
}

type NoteFacts = Pick<ElfFacts, "abiTag" | "isaNeeded">;

function notesOf(
  read: RandomAccess,
  segments: readonly ElfSegment[],
  little: boolean,
  wide: boolean,
): NoteFacts {
  let abiTag: NoteFacts["abiTag"];
  let isaNeeded: number | undefined;
  for (const segment of segments) {
    if (segment.type !== PT_NOTE && segment.type !== PT_GNU_PROPERTY) continue;
    const notes = new ElfFields(read(segment.offset, Math.min(segment.size, MAX_NOTES)), little, wide);
    // A property note is aligned to 8 bytes in 64-bit files, every other note to 4.
    for (let at = 0; at + 12 <= notes.view.byteLength; ) {
      const nameSize = notes.word(at);
      const size = notes.word(at + 4);
      const type = notes.word(at + 8);
      const body = at + 12 + align(nameSize, 4);
      if (body + size > notes.view.byteLength) break;
      const gnu = nameSize === 4 && notes.view.getUint32(at + 12, false) === 0x474e5500;
      if (gnu && type === NT_GNU_ABI_TAG && size >= 16)
        abiTag = [notes.word(body), notes.word(body + 4), notes.word(body + 8), notes.word(body + 12)];
      const property = gnu && type === NT_GNU_PROPERTY;
      if (property) isaNeeded ??= isaProperty(notes, body, size);
      at = body + align(size, property && wide ? 8 : 4);
    }
  }
  return { ...(abiTag === undefined ? {} : { abiTag }), ...(isaNeeded === undefined ? {} : { isaNeeded }) };
}

function isaProperty(notes: ElfFields, start: number, size: number): number | undefined {
  for (let at = start; at + 8 <= start + size; ) {
    const length = notes.word(at + 4);
    if (notes.word(at) === GNU_PROPERTY_X86_ISA_1_NEEDED && length === 4 && at + 12 <= start + size)
      return notes.word(at + 8);
    at += 8 + align(length, notes.wide ? 8 : 4);
  }
  return undefined;
}

function align(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

/** The zero-terminated string at `at`; undefined when it is empty, too long, or has no end. */
function stringAt(bytes: Uint8Array, at: number): string | undefined {
  const text = bytes.subarray(at, at + MAX_NAME + 1);
  const end = text.indexOf(0);
  return end <= 0 ? undefined : decodeText(text.subarray(0, end));
}
