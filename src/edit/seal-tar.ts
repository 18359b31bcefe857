import { createHash } from "node:crypto";
import type { AnyBytes, Bytes } from "../bytes/bytes.ts";
import { type Compressor, compressed } from "../layers/compressor.ts";
import type { StoredLayer } from "../layers/seal.ts";
import type { DiskStore } from "../store/disk-store.ts";

/** Where layers are made. */
export interface EditSeams {
  readonly store: DiskStore;
  /** How many threads may compress. */
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** Compresses a tar on its way into the store. `what` names it in sentences. @throws what the source throws, DISK_FULL */
export async function sealTar(
  tar: AnyBytes,
  compressor: Compressor,
  what: string,
  { store, threads, signal }: EditSeams,
): Promise<StoredLayer> {
  const hash = createHash("sha256");
  let uncompressedSize = 0;
  const counted = async function* (): Bytes {
    for await (const chunk of tar) {
      hash.update(chunk);
      uncompressedSize += chunk.byteLength;
      yield chunk;
    }
  };
  const content = await store.add(compressed(counted(), compressor, threads), what, signal);
  return {
    ...content,
    files: [content.file],
    compression: compressor.format,
    diffId: `sha256:${hash.digest("hex")}`,
    uncompressedSize,
  };
}
