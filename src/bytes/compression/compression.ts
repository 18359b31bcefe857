import { createGunzip, createZstdDecompress } from "node:zlib";
import { type AnyBytes, type Bytes, concatenate } from "../bytes.ts";
import { ByteReader } from "../reader.ts";
import { through } from "./through.ts";
import { unxz } from "./xz.ts";
import { framewise } from "./zstd-frames.ts";

/** How bytes are compressed, told from their first six. */
export type CompressionFormat = "none" | "gzip" | "zstd" | "xz" | "bzip2";

const magics: readonly (readonly [CompressionFormat, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ["bzip2", [0x42, 0x5a, 0x68]],
];

export function compressionOf(start: Uint8Array): CompressionFormat {
  return magics.find(([, magic]) => magic.every((byte, at) => start[at] === byte))?.[0] ?? "none";
}

const chunkSize = 256 * 1024;

/**
 * Plain bytes, whatever `source` is compressed with (gzip of several members, zstd of several frames, xz, or not at
 * all), judged by content and not by name. Unbounded: put a limit around it.
 * @throws BAD_ARCHIVE, TRUNCATED; `where` names the input in the sentence
 */
export async function* decompress(source: AnyBytes, where: string): Bytes {
  const reader = new ByteReader(source);
  try {
    const start = await startOf(reader);
    const whole = concatenate([[start], reader.rest()]);
    const format = compressionOf(start);
    if (format === "gzip") yield* through(whole, createGunzip({ chunkSize }), format, where);
    else if (format === "zstd")
      yield* through(framewise(whole), createZstdDecompress({ chunkSize }), format, where);
    else if (format === "xz") yield* unxz(whole, where);
    else yield* whole;
  } finally {
    await reader.close();
  }
}

/** The first six bytes, or as many as there are. */
async function startOf(reader: ByteReader): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  while (size < 6) {
    const part = await reader.some();
    if (part === undefined) break;
    parts.push(part);
    size += part.byteLength;
  }
  return Buffer.concat(parts);
}
