/** A ustar header whose fields may be anything: what honest programs would not write. */
export function rawTarHeader(data: {
  readonly path: string;
  /** Default a file. */
  readonly type?: string;
  readonly link?: string;
  readonly size: number;
}): Buffer {
  const header = Buffer.alloc(512);
  header.write(data.path, 0);
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${data.size.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write(data.type ?? "0", 156);
  header.write(data.link ?? "", 157);
  header.write("ustar\u000000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}
