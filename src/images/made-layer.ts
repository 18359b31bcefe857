import { createHash } from "node:crypto";
import { type Digest, verified } from "../bytes/digest.ts";
import { writeTar } from "../formats/tar/encode.ts";
import type { Entry } from "../model/entry.ts";
import type { Layer } from "../model/image.ts";

/**
 * A layer of entries that stand nowhere as a tar of their own, so it is written anew each time it is read, and verified.
 * `entries` gives them anew; they are read once now.
 */
export async function madeLayer(
  entries: (signal?: AbortSignal) => AsyncGenerator<Entry>,
  where: string,
  seen: (entry: Entry) => void = () => undefined,
): Promise<Layer> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of writeTar(watched(entries(), seen))) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  const digest: Digest = `sha256:${hash.digest("hex")}`;
  return {
    digest,
    diffId: digest,
    size,
    uncompressedSize: size,
    compression: "none",
    open: (signal) => verified(writeTar(entries(signal)), { digest, size }, `${where}: rootfs`),
  };
}

async function* watched(entries: AsyncGenerator<Entry>, seen: (entry: Entry) => void): AsyncGenerator<Entry> {
  for await (const entry of entries) {
    seen(entry);
    yield entry;
  }
}
