import type { AnyBytes } from "../bytes/bytes.ts";
import { hashed } from "../bytes/digest.ts";
import { type Compressor, compressed } from "../layers/compressor.ts";
import type { StoredLayer } from "../layers/seal.ts";
import type { Store } from "../model/seams.ts";
import type { DiskStore } from "../store/disk-store.ts";

/** Where layers are made. */
export interface EditSeams {
  readonly store: DiskStore;
  /** Keeps the finished layer where it belongs, when that is known already; else it goes to the store. */
  readonly keep?: Store["add"] | undefined;
  /** How many threads may compress. */
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** Compresses a tar on its way into the store. `what` names it in sentences. @throws what the source throws, DISK_FULL */
export async function sealTar(
  tar: AnyBytes,
  compressor: Compressor,
  what: string,
  { store, keep = store.add, threads, signal }: EditSeams,
): Promise<StoredLayer> {
  const plain = hashed(tar);
  const content = await keep(compressed(plain.bytes, compressor, threads), what, signal);
  const { digest, size } = plain.result();
  return {
    ...content,
    files: [content.file],
    compression: compressor.format,
    diffId: digest,
    uncompressedSize: size,
  };
}
