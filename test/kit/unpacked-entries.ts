import { collect } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import type { Unpacker } from "../../src/model/source.ts";
import { inChunks } from "./chunks.ts";

/** A package file as it comes from a disk. */
export async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* inChunks(bytes, 1000);
}

/** All that a package brings, as one value: its date and its entries, with digests for contents. */
export async function unpackedEntries(unpacker: Unpacker, bytes: Uint8Array): Promise<unknown> {
  return await unpacker.unpack(streamOf(bytes), bytes.length, "a package", async ({ date, entries }) => {
    const list: unknown[] = [date];
    for await (const { content, ...entry } of entries) {
      const whole = content instanceof Uint8Array ? content : await collect(content, 1 << 24, entry.path);
      list.push({ ...entry, content: digestOf(whole) });
    }
    return list;
  });
}
