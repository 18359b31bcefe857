import type { Compression } from "../model/image.ts";

/** What a tarball is compressed with, as its name tells; undefined for other names. */
export function compressionNamed(path: string): Compression | undefined {
  if (path.endsWith(".tar")) return "none";
  if (path.endsWith(".tar.gz")) return "gzip";
  return path.endsWith(".tar.zst") ? "zstd" : undefined;
}
