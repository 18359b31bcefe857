import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { World } from "../build/world.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { writeSynced } from "../bytes/write-file.ts";
import { type Compressor, compressed } from "../layers/compressor.ts";
import { type StoredLayer, sealLayer } from "../layers/seal.ts";
import type { Member } from "../model/segment.ts";

/**
 * Tar bytes, read once, as a layer of the store. They are compressed when no build before had the same.
 * @param what names them in sentences
 */
export async function sealSegment(
  segment: Bytes,
  what: string,
  compressor: Compressor,
  { store, threads, signal }: Pick<World, "store" | "threads" | "signal">,
): Promise<StoredLayer> {
  const scratch = await store.scratch();
  try {
    const plain = join(scratch, randomUUID());
    const hash = createHash("sha256");
    const plainSize = await writeSynced(
      plain,
      hashing(segment, (chunk) => hash.update(chunk)),
      0o600,
    );
    const key = JSON.stringify([hash.digest("hex"), compressor]);
    const known = await store.recall("files", key);
    if (known !== undefined) {
      const member = JSON.parse(known.toString()) as Member;
      if ((await store.find(member.digest)) !== undefined)
        return await sealLayer([{ member, plain }], compressor, store);
    }
    const source = compressed(createReadStream(plain, { highWaterMark: 1 << 20 }), compressor, threads);
    const { digest, size } = await store.add(source, what, signal);
    const member: Member = { digest, size, plainSize };
    const layer = await sealLayer([{ member, plain }], compressor, store);
    await store.remember("files", key, Buffer.from(JSON.stringify(member)));
    return layer;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function* hashing(source: Bytes, see: (chunk: Uint8Array) => void): Bytes {
  for await (const chunk of source) {
    see(chunk);
    yield chunk;
  }
}
