import { createHash, type Hash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Bytes, concatenate } from "../bytes/bytes.ts";
import { writeSynced } from "../bytes/write-file.ts";
import { encodeEntry } from "../formats/tar/encode.ts";
import { type Compressor, compressed } from "../layers/compressor.ts";
import { parentsOf } from "../layers/directories.ts";
import { type StoredLayer, sealLayer } from "../layers/seal.ts";
import type { EntryHeader } from "../model/entry.ts";
import type { Member } from "../model/segment.ts";
import type { RootShape } from "../rootfs/shape.ts";
import type { DiskStore } from "../store/disk-store.ts";
import type { OwnEntry } from "./recipe-files.ts";

/**
 * The recipe's own files as the last layer. Their contents are hashed on every build, since only that tells whether
 * they changed; they are compressed when they did.
 */
export async function filesLayer(
  entries: readonly OwnEntry[],
  shape: RootShape,
  mtime: number,
  compressor: Compressor,
  world: { readonly store: DiskStore; readonly threads: number; readonly signal: AbortSignal },
): Promise<StoredLayer> {
  const all = [
    ...directoriesFor(entries, shape, mtime),
    ...entries.filter(({ type }) => type !== "directory"),
  ];
  const segment = () =>
    concatenate(all.map((entry) => () => encodeEntry({ ...entry, content: entry.open() })));
  const hash = createHash("sha256");
  for await (const chunk of segment()) hash.update(chunk);
  const known = await world.store.recall("files", keyOf(hash, compressor));
  if (known !== undefined) {
    const member = JSON.parse(known.toString()) as Member;
    if ((await world.store.find(member.digest)) !== undefined)
      return sealLayer([{ member }], compressor, world.store);
  }
  const scratch = await world.store.scratch();
  try {
    const plain = join(scratch, randomUUID());
    // The folder may have changed since it was hashed: from here on there is one copy, and its own hash is the key.
    const copied = createHash("sha256");
    const plainSize = await writeSynced(plain, hashing(segment(), copied), 0o600);
    const source = compressed(createReadStream(plain, { highWaterMark: 1 << 20 }), compressor, world.threads);
    const { digest, size } = await world.store.add(source, "the recipe's files", world.signal);
    const member: Member = { digest, size, plainSize };
    const layer = await sealLayer([{ member, plain }], compressor, world.store);
    await world.store.remember("files", keyOf(copied, compressor), Buffer.from(JSON.stringify(member)));
    return layer;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function keyOf(hash: Hash, compressor: Compressor): string {
  return JSON.stringify([hash.digest("hex"), compressor]);
}

async function* hashing(source: Bytes, hash: Hash): Bytes {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}

const nothing = new Uint8Array(0);

/** Every directory on the way, stated as the root below has it, then as the recipe wants it. */
function directoriesFor(entries: readonly OwnEntry[], shape: RootShape, mtime: number): OwnEntry[] {
  const own = new Map(entries.filter(({ type }) => type === "directory").map((entry) => [entry.path, entry]));
  const below = new Map(shape.directories.map((directory) => [directory.path, directory]));
  const paths = new Set([...parentsOf(entries.map(({ path }) => path)), ...own.keys()]);
  return [...paths].sort().map((path) => {
    const plain: EntryHeader = {
      path,
      type: "directory",
      mode: 0o755,
      uid: 0,
      gid: 0,
      uname: "",
      gname: "",
      size: 0,
      mtime,
    };
    return own.get(path) ?? { ...plain, ...below.get(path), open: () => nothing };
  });
}
