import { crc32, inflateRawSync } from "node:zlib";
import type { AnyBytes, Bytes } from "../../bytes/bytes.ts";
import { ByteReader } from "../../bytes/reader.ts";
import { TareError } from "../../errors.ts";

/** One member of a file of several: apk tells them apart, since each is signed or hashed by itself. */
export interface GzipMember {
  /** As it stands in the file, header and trailer included. */
  readonly packed: Buffer;
  readonly plain: Buffer;
}

/** Bytes that are looked at first; most control parts are smaller. */
const firstLook = 16 * 1024;

/**
 * Reads the first members of a file of gzip members (RFC 1952, 2.2) one by one, and hands over the rest as it is.
 * One reader owns its source: {@link close} it when stopping early.
 */
export class GzipMembers {
  readonly #reader: ByteReader;
  readonly #where: string;
  #ahead: Buffer = Buffer.alloc(0);

  constructor(source: AnyBytes, where: string) {
    this.#reader = new ByteReader(source);
    this.#where = where;
  }

  /** What the file begins with, at most `size` bytes, left to be read. */
  async peek(size: number): Promise<Buffer> {
    await this.#have(size);
    return this.#ahead.subarray(0, size);
  }

  /**
   * The next member whole; undefined at the end of the file.
   * @param limits bytes that it may have packed and unpacked @throws BAD_ARCHIVE, TOO_LARGE
   */
  async next(limits: { readonly packed: number; readonly plain: number }): Promise<GzipMember | undefined> {
    if (!(await this.#have(1))) return undefined;
    for (let size = firstLook; ; size *= 2) {
      const more = await this.#have(size);
      const member = this.#decode(limits.plain, more);
      if (member !== undefined) {
        this.#ahead = this.#ahead.subarray(member.packed.length);
        return member;
      }
      if (size > limits.packed)
        throw new TareError({
          code: "TOO_LARGE",
          what: `${this.#where}: a part of it`,
          limit: limits.packed,
        });
    }
  }

  /** Everything that is left, packed. */
  async *rest(): Bytes {
    try {
      if (this.#ahead.length > 0) yield this.#ahead;
      this.#ahead = Buffer.alloc(0);
      yield* this.#reader.rest();
    } finally {
      await this.#reader.close();
    }
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  /** Reads until `size` bytes are at hand; false when the file ends before. */
  async #have(size: number): Promise<boolean> {
    const parts: Uint8Array[] = [this.#ahead];
    let have = this.#ahead.length;
    while (have < size) {
      const part = await this.#reader.some();
      if (part === undefined) break;
      parts.push(part);
      have += part.byteLength;
    }
    if (parts.length > 1) this.#ahead = Buffer.concat(parts, have);
    return have >= size;
  }

  /** Undefined when it goes on behind what is at hand and there is `more`. */
  #decode(limit: number, more: boolean): GzipMember | undefined {
    const start = headerSize(this.#ahead);
    if (start === undefined) {
      if (more) return undefined;
      throw this.#unsound("a part of it does not begin as gzip");
    }
    let plain: Buffer;
    let used: number;
    try {
      const { buffer, engine } = inflateRawSync(this.#ahead.subarray(start), {
        info: true,
        maxOutputLength: limit,
      }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
      plain = buffer;
      used = start + engine.bytesWritten;
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      if (code === "ERR_BUFFER_TOO_LARGE")
        throw new TareError({ code: "TOO_LARGE", what: `${this.#where}: a part of it, unpacked,`, limit });
      if (code === "Z_BUF_ERROR" && more) return undefined;
      throw this.#unsound(code === "Z_BUF_ERROR" ? "it ends within a part" : "a part of it does not unpack");
    }
    if (this.#ahead.length < used + trailerSize) {
      if (more) return undefined;
      throw this.#unsound("it ends within a part");
    }
    if (
      this.#ahead.readUInt32LE(used) !== crc32(plain) ||
      this.#ahead.readUInt32LE(used + 4) !== plain.length
    )
      throw this.#unsound("the checksum of a part is wrong");
    return { packed: this.#ahead.subarray(0, used + trailerSize), plain };
  }

  #unsound(why: string): TareError {
    return new TareError({ code: "BAD_ARCHIVE", format: "Alpine archive", where: this.#where, why });
  }
}

const trailerSize = 8;
const flag = { headerCrc: 2, extra: 4, name: 8, comment: 16 } as const;

/** Undefined for what is not a whole gzip header. */
function headerSize(bytes: Buffer): number | undefined {
  if (bytes.length < 10 || bytes.readUInt32BE(0) >>> 8 !== 0x1f8b08) return undefined;
  const flags = bytes[3] as number;
  let at = 10;
  if (flags & flag.extra) {
    if (bytes.length < at + 2) return undefined;
    at += 2 + bytes.readUInt16LE(at);
  }
  for (const text of [flag.name, flag.comment])
    if (flags & text) {
      const end = bytes.indexOf(0, at);
      if (end < 0) return undefined;
      at = end + 1;
    }
  if (flags & flag.headerCrc) at += 2;
  return at <= bytes.length ? at : undefined;
}
