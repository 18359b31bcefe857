import { createZstdDecompress } from "node:zlib";
import type { AnyBytes, Bytes } from "../bytes.ts";
import { ByteReader } from "../reader.ts";
import { bunzip2 } from "./bzip2/bunzip2.ts";
import { gunzip } from "./gzip.ts";
import { through } from "./through.ts";
import { unxz } from "./xz.ts";
import { framewise } from "./zstd-frames.ts";

/** How bytes are compressed, told from their first six. */
export type CompressionFormat = "none" | "gzip" | "zstd" | "xz" | "bzip2";

/** On the hexadecimal form. */
const magics: readonly (readonly [CompressionFormat, RegExp])[] = [
  ["gzip", /^1f8b/],
  // A frame, or one that says nothing of its content and is skipped (RFC 8878, 3.1).
  ["zstd", /^(?:28b52ffd|5[0-9a-f]2a4d18)/],
  ["xz", /^fd377a585a00/],
  ["bzip2", /^425a683[1-9](?:3141|1772)/],
];

export function compressionOf(start: Uint8Array): CompressionFormat {
  const text = Buffer.from(start.subarray(0, 6)).toString("hex");
  return magics.find(([, magic]) => magic.test(text))?.[0] ?? "none";
}

/** Bytes per step of a decoder; their own defaults cost much of their speed. */
const chunkSize = 256 * 1024;

/**
 * Plain bytes, whatever `source` is compressed with (gzip of several members, zstd of several frames, xz, bzip2,
 * or not at all), judged by content and not by name. The source is read to its end. Unbounded: put a limit around it.
 * @throws BAD_ARCHIVE; `where` names the input in the sentence
 */
export async function* decompress(source: AnyBytes, where: string): Bytes {
  const { format, bytes } = await recognised(source);
  if (format === "gzip") yield* gunzip(bytes, where, chunkSize);
  else if (format === "zstd")
    yield* through(framewise(bytes), createZstdDecompress({ chunkSize }), format, where);
  else if (format === "xz") yield* unxz(bytes, where, chunkSize);
  else if (format === "bzip2") yield* bunzip2(bytes, where, chunkSize);
  else yield* bytes;
}

/** Looks at how a stream begins; `bytes` is the whole of it, to be read once. */
export async function recognised(
  source: AnyBytes,
): Promise<{ readonly format: CompressionFormat; readonly bytes: Bytes }> {
  const reader = new ByteReader(source);
  const parts: Uint8Array[] = [];
  for (let size = 0; size < 6; ) {
    const part = await reader.some();
    if (part === undefined) break;
    parts.push(part);
    size += part.byteLength;
  }
  const start = Buffer.concat(parts);
  const bytes = async function* () {
    try {
      if (start.byteLength > 0) yield start;
      yield* reader.rest();
    } finally {
      await reader.close();
    }
  };
  return { format: compressionOf(start), bytes: bytes() };
}
