import { algorithmOf, type Digest } from "../bytes/digest.ts";
import { blobPath } from "../formats/oci/layout.ts";
import type { Compression, Layer } from "../model/image.ts";

/** A shell's word for a blob of the image layout in `$layout`. */
export function blobFile({ digest }: { readonly digest: Digest }): string {
  return `"$layout/${blobPath(digest)}"`;
}

const readers: Readonly<Record<Compression, string>> = { none: "cat", gzip: "gzip -dc", zstd: "zstd -dc" };

/** What writes a layer's plain tar. */
export function plainTar(layer: Layer): string {
  return `${readers[layer.compression]} ${blobFile(layer)}`;
}

/** The program that makes digests of this kind. */
export function sumProgram(digest: Digest): string {
  return `${algorithmOf(digest)}sum`;
}
