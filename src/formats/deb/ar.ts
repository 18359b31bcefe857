import { type AnyBytes, type Bytes, drain } from "../../bytes/bytes.ts";
import { ByteReader } from "../../bytes/reader.ts";
import { TareError } from "../../errors.ts";

/** One member of an ar archive. `content` is a stream over the archive: read it before asking for the next member. */
export interface ArMember {
  readonly name: string;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** Bytes. */
  readonly size: number;
  readonly content: Bytes;
}

const magic = "!<arch>\n";
const headerSize = 60;

/**
 * The members of an ar archive as deb(5) uses it: short names, no symbol tables. The source is read to its end.
 * @throws BAD_ARCHIVE, TRUNCATED
 */
export async function* readAr(source: AnyBytes, where: string): AsyncGenerator<ArMember> {
  const reader = new ByteReader(source);
  try {
    const start = await reader.read(magic.length, where);
    if (start === undefined || latin1(start) !== magic) throw bad(where, "it does not begin as one");
    while (true) {
      const header = await reader.read(headerSize, where);
      if (header === undefined) return;
      const { name, mtime, size } = decodeHeader(header, where);
      const what = `${where}: ${name}`;
      const end = reader.offset + size;
      yield { name, mtime, size, content: reader.stream(size, what) };
      // Whoever stopped early left the rest to us.
      await drain(reader.stream(end - reader.offset, what));
      if (size % 2 === 1) await reader.read(1, where);
    }
  } finally {
    await reader.close();
  }
}

function decodeHeader(header: Uint8Array, where: string): { name: string; mtime: number; size: number } {
  const text = latin1(header);
  if (text.slice(58, 60) !== "`\n") throw bad(where, "a member's header is damaged");
  const name = text.slice(0, 16).trimEnd().replace(/\/$/, "");
  if (!/^[\x21-\x2e\x30-\x7e]+$/.test(name)) throw bad(where, "a member's name is not a plain one");
  return {
    name,
    mtime: decimal(text.slice(16, 28), "time", where, name),
    size: decimal(text.slice(48, 58), "size", where, name),
  };
}

function decimal(field: string, what: string, where: string, name: string): number {
  const digits = field.trimEnd();
  if (!/^[0-9]+$/.test(digits)) throw bad(where, `the ${what} of its member ${name} is not a number`);
  return Number(digits);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function bad(where: string, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: "ar archive", where, why });
}
