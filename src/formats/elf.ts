import { decodeText } from "../bytes/text.ts";
import type { ElfFacts } from "../model/rootfs.ts";
import {
  ElfFields,
  type ElfSegment,
  type RandomAccess,
  readElfHeader,
  readElfSegments,
} from "./elf-header.ts";

export type { RandomAccess };

/** Bounds for what a file may ask us to read; real files stay far below. */
const MAX_DYNAMIC = 64 * 1024;
const MAX_STRINGS = 16 * 1024 * 1024;
const MAX_NAME = 4096;
const MAX_NEEDED = 4096;
const MAX_NOTES = 64 * 1024;

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

type DynamicFacts = Pick<ElfFacts, "soname" | "needed" | "runpath" | "rpath">;

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
  const address = values.get(DT_STRTAB);
  const load = segments.find(
    (one) =>
      one.type === PT_LOAD &&
      address !== undefined &&
      address >= one.address &&
      address - one.address < one.size,
  );
  if (address === undefined || !load) return none;
  const start = address - load.address;
  const length = Math.min(values.get(DT_STRSZ) ?? MAX_STRINGS, load.size - start, MAX_STRINGS);
  const strings = read(load.offset + start, length);
  const text = (tag: number): string | undefined => {
    const at = values.get(tag);
    return at === undefined ? undefined : stringAt(strings, at);
  };
  const [soname, runpath, rpath] = [text(DT_SONAME), text(DT_RUNPATH), text(DT_RPATH)];
  return {
    needed: needed.map((at) => stringAt(strings, at)).filter((name) => name !== undefined),
    ...(soname === undefined ? {} : { soname }),
    ...(runpath === undefined ? {} : { runpath }),
    ...(rpath === undefined ? {} : { rpath }),
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
  if (at >= bytes.length) return undefined;
  const end = bytes.indexOf(0, at);
  return end <= at || end - at > MAX_NAME ? undefined : decodeText(bytes.subarray(at, end));
}
