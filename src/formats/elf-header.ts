/** Bytes from `offset`, at most `length`; fewer when the file ends before. */
export type RandomAccess = (offset: number, length: number) => Uint8Array;

/** Real files stay far below. */
const MAX_SEGMENTS = 1024;

export interface ElfSegment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  /** Bytes in the file. */
  readonly size: number;
}

/** The beginning of an ELF file, 52 or 64 bytes of it, and what it says. */
export interface ElfHeader {
  readonly bytes: Uint8Array;
  readonly fields: ElfFields;
  readonly wide: boolean;
  readonly little: boolean;
  readonly type: number;
}

/** Numbers of one class and byte order. */
export class ElfFields {
  readonly view: DataView;
  readonly little: boolean;
  readonly wide: boolean;

  constructor(bytes: Uint8Array, little: boolean, wide: boolean) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.little = little;
    this.wide = wide;
  }

  half(at: number): number {
    return this.view.getUint16(at, this.little);
  }

  word(at: number): number {
    return this.view.getUint32(at, this.little);
  }

  /** An address, an offset or a size. What no file can hold reads as an offset past every end. */
  long(at: number): number {
    if (!this.wide) return this.word(at);
    const value = this.view.getBigUint64(at, this.little);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
  }

  setHalf(at: number, value: number): void {
    this.view.setUint16(at, value, this.little);
  }

  setWord(at: number, value: number): void {
    this.view.setUint32(at, value, this.little);
  }

  setLong(at: number, value: number): void {
    if (this.wide) this.view.setBigUint64(at, BigInt(value), this.little);
    else this.setWord(at, value);
  }
}

/** Whether the first four bytes are those of an ELF file. */
export function beginsLikeElf(start: Uint8Array): boolean {
  return start[0] === 0x7f && start[1] === 0x45 && start[2] === 0x4c && start[3] === 0x46;
}

/** The header (System V ABI, chapter 4); undefined for anything that is not ELF. */
export function readElfHeader(read: RandomAccess): ElfHeader | undefined {
  const start = read(0, 64);
  if (start.length < 52 || !beginsLikeElf(start)) return undefined;
  const wide = start[4] === 2;
  const little = start[5] === 1;
  if ((!wide && start[4] !== 1) || (!little && start[5] !== 2) || (wide && start.length < 64))
    return undefined;
  const bytes = start.subarray(0, wide ? 64 : 52);
  const fields = new ElfFields(bytes, little, wide);
  return { bytes, fields, wide, little, type: fields.half(16) };
}

/** Where the program headers stand, as the header says. */
export function segmentTable({ fields, wide }: ElfHeader): { offset: number; entry: number; count: number } {
  return {
    offset: fields.long(wide ? 32 : 28),
    entry: fields.half(wide ? 54 : 42),
    count: fields.half(wide ? 56 : 44),
  };
}

/** The program headers (chapter 5) that are inside the file, none where their size is not one of theirs. */
export function readElfSegments(read: RandomAccess, header: ElfHeader): ElfSegment[] {
  const { wide, little } = header;
  const { offset, entry, count } = segmentTable(header);
  if (entry < (wide ? 56 : 32)) return [];
  const table = new ElfFields(read(offset, entry * Math.min(count, MAX_SEGMENTS)), little, wide);
  const segments: ElfSegment[] = [];
  for (let at = 0; at + entry <= table.view.byteLength; at += entry)
    segments.push({
      type: table.word(at),
      offset: table.long(at + (wide ? 8 : 4)),
      address: table.long(at + (wide ? 16 : 8)),
      size: table.long(at + (wide ? 32 : 16)),
    });
  return segments;
}
