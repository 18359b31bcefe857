import { collect } from "../../src/bytes/bytes.ts";
import { type Digest, digestOf, verified } from "../../src/bytes/digest.ts";
import { contentOf } from "../../src/model/content.ts";
import type { Store, StoredContent } from "../../src/model/seams.ts";

/** A store that forgets everything when the test ends. `kept` is what it holds; `file` names no real file. */
export interface MemoryStore extends Store {
  readonly kept: ReadonlyMap<Digest, Uint8Array>;
}

export function memoryStore(): MemoryStore {
  const kept = new Map<Digest, Uint8Array>();
  const values = new Map<string, Buffer>();
  const stored = (digest: Digest, bytes: Uint8Array): StoredContent => ({
    ...contentOf(bytes, digest),
    file: `/memory/${digest}`,
  });
  return {
    kept,
    async put(source, want, what) {
      const bytes = await collect(verified(source, want, what), Number.MAX_SAFE_INTEGER, what);
      kept.set(want.digest, bytes);
      return stored(want.digest, bytes);
    },
    async add(source, what) {
      const bytes = await collect(source, Number.MAX_SAFE_INTEGER, what);
      kept.set(digestOf(bytes), bytes);
      return stored(digestOf(bytes), bytes);
    },
    async find(digest) {
      const bytes = kept.get(digest);
      return bytes && stored(digest, bytes);
    },
    async recall(room, key) {
      return values.get(`${room}/${key}`);
    },
    async remember(room, key, value) {
      values.set(`${room}/${key}`, Buffer.from(value));
    },
  };
}
