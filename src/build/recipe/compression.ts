import { z } from "zod";
import type { Compression } from "../../model/image.ts";

/** How layers are compressed; no level means the default one. */
export interface CompressionChoice {
  readonly format: Compression;
  readonly level?: number;
}

const highest: Readonly<Record<Compression, number>> = { none: 0, gzip: 9, zstd: 19 };

/** What may be written, as a phrase that follows "must be". */
export const compressionWanted = "none, gzip, gzip:1 to gzip:9, zstd, or zstd:1 to zstd:19";

/** `gzip`, `zstd:9`, `none`; undefined for anything else. */
export function parseCompression(text: string): CompressionChoice | undefined {
  const match = /^(none|gzip|zstd)(?::([0-9]{1,2}))?$/.exec(text);
  if (!match) return undefined;
  const format = match[1] as Compression;
  if (match[2] === undefined) return { format };
  const level = Number(match[2]);
  return level >= 1 && level <= highest[format] ? { format, level } : undefined;
}

export const compression = z
  .string()
  .refine((value) => parseCompression(value) !== undefined, `must be ${compressionWanted}`)
  .meta({ wanted: compressionWanted })
  .transform((value) => parseCompression(value) as CompressionChoice);
