import { createHash } from "node:crypto";

/** A value of a header: numbers with their width in bytes, texts, one text, or bytes. */
export type HeaderValue =
  | { readonly width: 1 | 2 | 4 | 8; readonly numbers: readonly number[] }
  | readonly string[]
  | string
  | Uint8Array;

export type HeaderData = readonly (readonly [tag: number, value: HeaderValue])[];

/**
 * A header as rpm lays it out, written apart from the program's own so that the two check each other. `spoil` may change
 * the index (16 bytes a tag: number, type, offset, count; the region's first) and the data before they are joined.
 */
export function headerBytes(
  region: number,
  tags: HeaderData,
  spoil: (index: Buffer, data: Buffer) => void = () => {},
): Buffer {
  const index = Buffer.alloc((tags.length + 1) * 16);
  const parts: Buffer[] = [];
  let end = 0;
  const row = (at: number, ...fields: number[]) =>
    fields.forEach((field, place) => {
      index.writeInt32BE(field | 0, at * 16 + place * 4);
    });
  for (const [at, [tag, value]] of tags.entries()) {
    const { type, width, count, bytes } = encode(value);
    const gap = (width - (end % width)) % width;
    row(at + 1, tag, type, end + gap, count);
    parts.push(Buffer.alloc(gap), bytes);
    end += gap + bytes.length;
  }
  row(0, region, 7, end, 16);
  const trailer = Buffer.alloc(16);
  [region, 7, -index.length, 16].forEach((field, place) => {
    trailer.writeInt32BE(field, place * 4);
  });
  const data = Buffer.concat([...parts, trailer]);
  spoil(index, data);
  const intro = Buffer.from("8eade801000000000000000000000000", "hex");
  intro.writeUInt32BE(tags.length + 1, 8);
  intro.writeUInt32BE(data.length, 12);
  return Buffer.concat([intro, index, data]);
}

function encode(value: HeaderValue): { type: number; width: number; count: number; bytes: Buffer } {
  if (typeof value === "string")
    return { type: 6, width: 1, count: 1, bytes: Buffer.from(`${value}\0`, "latin1") };
  if (value instanceof Uint8Array)
    return { type: 7, width: 1, count: value.length, bytes: Buffer.from(value) };
  if ("width" in value) {
    const { width, numbers } = value;
    const bytes = Buffer.alloc(width * numbers.length);
    for (const [at, number] of numbers.entries())
      if (width === 8) bytes.writeBigUInt64BE(BigInt(number), at * 8);
      else bytes.writeUIntBE(number, at * width, width);
    return { type: { 1: 2, 2: 3, 4: 4, 8: 5 }[width], width, count: numbers.length, bytes };
  }
  const bytes = Buffer.from(value.map((text) => `${text}\0`).join(""), "latin1");
  return { type: 8, width: 1, count: value.length, bytes };
}

export interface RpmParts {
  readonly header: Buffer;
  /** Beside the digest of the header, which is always there. */
  readonly signature?: HeaderData;
  readonly payload: Uint8Array;
}

/** Lead, signature, header and payload as one file. */
export function rpmBytes({ header, signature = [], payload }: RpmParts): Buffer {
  const lead = Buffer.alloc(96);
  Buffer.from("edabeedb0300", "hex").copy(lead);
  const digest = createHash("sha256").update(header).digest("hex");
  const signed = headerBytes(62, [[273, digest], ...signature]);
  return Buffer.concat([lead, signed, Buffer.alloc((8 - (signed.length % 8)) % 8), header, payload]);
}

/** One file of a package that {@link filesHeader} describes. */
export interface FileRow {
  readonly path: string;
  /** With its type: 0o100644. */
  readonly mode?: number;
  readonly content?: string;
  readonly link?: string;
  readonly inode?: number;
  readonly flags?: number;
  readonly caps?: string;
}

/** Tags of a package of some files, those of its payload's digests too; `more` comes last and so must go up in number. */
export function filesHeader(
  files: readonly FileRow[],
  payload: Uint8Array,
  more: HeaderData = [],
): HeaderData {
  const int = (width: 2 | 4 | 8, number: (file: FileRow, at: number) => number): HeaderValue => ({
    width,
    numbers: files.map(number),
  });
  const folders = [...new Set(files.map(({ path }) => path.slice(0, path.lastIndexOf("/") + 1)))];
  const sha256 = (text: string | Uint8Array) => createHash("sha256").update(text).digest("hex");
  const columns: HeaderData =
    files.length === 0
      ? []
      : [
          [1030, int(2, ({ mode = 0o100644 }) => mode)],
          [1033, int(2, () => 0)],
          [1034, int(4, () => 1_704_067_200)],
          [1035, files.map(({ content }) => (content === undefined ? "" : sha256(content)))],
          [1036, files.map(({ link = "" }) => link)],
          [1037, int(4, ({ flags = 0 }) => flags)],
          [1039, files.map(() => "root")],
          [1040, files.map(() => "root")],
          [1095, int(4, () => 1)],
          [1096, int(4, ({ inode }, at) => inode ?? at + 100)],
          [1116, int(4, ({ path }) => folders.indexOf(path.slice(0, path.lastIndexOf("/") + 1)))],
          [1117, files.map(({ path }) => path.slice(path.lastIndexOf("/") + 1))],
          [1118, folders],
          [5008, int(8, ({ content = "", link = "" }) => content.length + link.length)],
          [5010, files.map(({ caps = "" }) => caps)],
          [5011, { width: 4, numbers: [8] }],
        ];
  return [
    [1000, "made"],
    [1001, "1"],
    [1002, "1"],
    [1006, { width: 4, numbers: [1_704_067_200] }],
    ...columns,
    [5092, [sha256(payload)]],
    ...more,
  ];
}

/** A `newc` member; a number instead of a name makes it one of rpm's own, `07070X`. */
export function cpioMember(name: string | number, content: string, size = content.length): Buffer {
  const hex = (number: number) => number.toString(16).padStart(8, "0");
  const fields = [1, 0o100644, 0, 0, 1, 0, size, 0, 0, 0, 0, String(name).length + 1, 0];
  const head = typeof name === "number" ? `07070X${hex(name)}` : `070701${fields.map(hex).join("")}${name}\0`;
  const padded = (text: string) => text + "\0".repeat((4 - (text.length % 4)) % 4);
  return Buffer.from(padded(head) + padded(content), "latin1");
}

export const cpioEnd = cpioMember("TRAILER!!!", "");
