import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type AnyBytes, type Bytes, collect, concatenate } from "../bytes/bytes.ts";
import { decompress } from "../bytes/compression/compression.ts";
import { type Digest, digestOf } from "../bytes/digest.ts";
import { TareError } from "../errors.ts";
import { endOfArchive } from "../formats/tar/encode.ts";
import type { StoredParts } from "../model/content.ts";
import type { Layer } from "../model/image.ts";
import type { Store, StoredContent } from "../model/seams.ts";
import type { Member } from "../model/segment.ts";
import { blockSizes, blocks, type Compressor, compressBlocks } from "./compressor.ts";

/** A member of a layer that is being made. */
export interface Part {
  readonly member: Member;
  /** The uncompressed segment, where it is still at hand: a file, or bytes. Otherwise the member is unpacked again. */
  readonly plain?: string | Uint8Array;
}

/** A layer whose members are files of the store, so that it can be copied without hashing it again. */
export type StoredLayer = Layer & StoredParts & { readonly uncompressedSize: number };

/** What is remembered of a sealed layer, under the digests of its members. */
interface Sealed {
  readonly digest: Digest;
  readonly diffId: Digest;
  readonly size: number;
  readonly uncompressedSize: number;
}

/**
 * Members, concatenated and ended with the end-of-archive blocks, are a layer. Its digest and diffID are computed
 * once per list of members and remembered.
 * @throws STORE_DAMAGED when a member is not in the store any more
 */
export async function sealLayer(
  parts: readonly Part[],
  compressor: Compressor,
  store: Store,
): Promise<StoredLayer> {
  const end = await endMember(compressor, store);
  const all: readonly Part[] = [...parts, { member: end, plain: endOfArchive }];
  const key = JSON.stringify([compressor.format, ...all.map((part) => part.member.digest)]);
  const files = await Promise.all(all.map((part) => memberFile(part.member, store)));
  const known = await store.recall("layer", key);
  const sealed = known === undefined ? await hashLayer(all, files) : (JSON.parse(known.toString()) as Sealed);
  if (known === undefined) await store.remember("layer", key, Buffer.from(JSON.stringify(sealed)));
  return {
    ...sealed,
    compression: compressor.format,
    files: files.map((file) => file.file),
    open: (signal) => concatenate(files.map((file) => () => file.open(signal))),
  };
}

/** The same two blocks of zeros end every layer, so they are compressed once. */
async function endMember(compressor: Compressor, store: Store): Promise<Member> {
  return compressMember(endOfArchive, compressor, store, 1);
}

/** Compresses bytes that are in memory and keeps them. */
export async function compressMember(
  plain: Uint8Array,
  compressor: Compressor,
  store: Store,
  inFlight: number,
): Promise<Member> {
  const key = JSON.stringify([digestOf(plain), compressor]);
  const known = await store.recall("bytes", key);
  if (known !== undefined) {
    const member = JSON.parse(known.toString()) as Member;
    if ((await store.find(member.digest)) !== undefined) return member;
  }
  const { digest, size } = await store.add(
    compressBlocks(blocks([plain], blockSizes[compressor.format]), compressor, inFlight),
    "a layer's member",
  );
  const member: Member = { digest, size, plainSize: plain.byteLength };
  await store.remember("bytes", key, Buffer.from(JSON.stringify(member)));
  return member;
}

async function memberFile(member: Member, store: Store): Promise<StoredContent> {
  const file = await store.find(member.digest);
  if (file === undefined || file.size !== member.size)
    throw new TareError({ code: "STORE_DAMAGED", digest: member.digest });
  return file;
}

async function hashLayer(parts: readonly Part[], files: readonly StoredContent[]): Promise<Sealed> {
  const stored = createHash("sha256");
  const plain = createHash("sha256");
  let size = 0;
  let uncompressedSize = 0;
  for (const [index, part] of parts.entries()) {
    const file = files[index] as StoredContent;
    const unpack = part.plain === undefined;
    // A member that must be unpacked is read once for both digests.
    const seen = tapped(file.open(), (chunk) => {
      stored.update(chunk);
      size += chunk.byteLength;
    });
    const source = unpack ? decompress(seen, `the store's ${file.digest}`) : plainBytes(part.plain);
    if (!unpack) for await (const _ of seen);
    for await (const chunk of source) {
      plain.update(chunk);
      uncompressedSize += chunk.byteLength;
    }
  }
  return {
    digest: `sha256:${stored.digest("hex")}`,
    diffId: `sha256:${plain.digest("hex")}`,
    size,
    uncompressedSize,
  };
}

function plainBytes(plain: string | Uint8Array): AnyBytes {
  return typeof plain === "string" ? createReadStream(plain, { highWaterMark: 1 << 20 }) : [plain];
}

async function* tapped(source: AnyBytes, see: (chunk: Uint8Array) => void): Bytes {
  for await (const chunk of source) {
    see(chunk);
    yield chunk;
  }
}

/** Segments that are made in memory (directories, generated files) may be this large. */
const memoryLimit = 256 << 20;

/** The entries' bytes as one segment, without end-of-archive blocks. @throws TOO_LARGE */
export function segmentBytes(source: AnyBytes): Promise<Buffer> {
  return collect(source, memoryLimit, "a layer's generated part");
}
