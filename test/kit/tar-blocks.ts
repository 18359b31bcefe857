import { arOf, type Compression, compress, stanzaOf } from "./debian-package.ts";

/** A header block of a tar, field by field, sound or not: what the program's own encoder would refuse to write. */
export interface TarBlock {
  readonly name: string;
  readonly type?: string;
  readonly link?: string;
  readonly content?: string | Uint8Array;
  /** Default: the content's length. */
  readonly size?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mode?: number;
  readonly uname?: string;
  readonly gname?: string;
}

/** One header with its content, padded. A name of over 100 bytes is cut as it is. */
export function tarBlock(block: TarBlock): Buffer {
  const content = Buffer.from((block.content ?? "") as Uint8Array);
  const header = Buffer.alloc(512);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, "0")}\0`;
  header.write(block.name, 0, 100);
  header.write(octal(block.mode ?? 0o644, 8), 100);
  header.write(octal(block.uid ?? 0, 8), 108);
  header.write(octal(block.gid ?? 0, 8), 116);
  header.write(octal(block.size ?? content.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write("        ", 148);
  header.write(block.type ?? "0", 156);
  header.write(block.link ?? "", 157, 100);
  header.write("ustar\u000000", 257);
  header.write(block.uname ?? "", 265, 32);
  header.write(block.gname ?? "", 297, 32);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

/** A pax header before the next entry. */
export function paxBlock(records: Readonly<Record<string, string>>, type = "x"): Buffer {
  const content = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.byteLength(`${key}=${value}`) + 2;
    const length = rest + String(rest + String(rest).length).length;
    return `${length} ${key}=${value}\n`;
  });
  return tarBlock({ name: "PaxHeaders/x", type, content: content.join("") });
}

/** A whole archive of such blocks, with its end mark. */
export function tarOfBlocks(blocks: readonly (TarBlock | Buffer)[]): Buffer {
  const parts = blocks.map((block) => (block instanceof Buffer ? block : tarBlock(block as TarBlock)));
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

/** A `.deb` whose data archive is these blocks. */
export async function debOfBlocks(
  blocks: readonly (TarBlock | Buffer)[],
  compression: Compression = "none",
): Promise<Buffer> {
  const stanza = stanzaOf([
    ["Package", "odd"],
    ["Version", "1"],
    ["Architecture", "amd64"],
  ]);
  const suffix = compression === "none" ? "" : `.${compression}`;
  return arOf(
    [
      ["debian-binary", Buffer.from("2.0\n")],
      ["control.tar", tarOfBlocks([{ name: "./control", content: stanza }])],
      [`data.tar${suffix}`, await compress(tarOfBlocks(blocks), compression)],
    ],
    1_700_000_000,
  );
}
