import { alongside } from "../bytes/alongside.ts";
import type { AnyBytes, Bytes } from "../bytes/bytes.ts";
import { type CompressionFormat, decompress, recognised } from "../bytes/compression/compression.ts";
import { type Hashed, hashed } from "../bytes/digest.ts";
import type { FilePart } from "../bytes/lent-bytes.ts";
import { type Compressor, compressed, quickLevels } from "../layers/compressor.ts";
import type { Content } from "../model/content.ts";
import type { Compression, Layer } from "../model/image.ts";
import type { EditSeams } from "./seal-tar.ts";
import { surveyTar, type TarSurvey } from "./survey.ts";

/** A tarball, compressed in any way that is known, told by its content. */
export interface Tarball {
  /** What its owner calls it. */
  readonly name: string;
  /** Its bytes. */
  open(signal?: AbortSignal): AnyBytes;
  /** Whether every `open` gives the same bytes: then a layer that stays as it came is read from there. */
  readonly lasting: boolean;
  /** Its file, where that is one of our own store. */
  readonly file?: string;
  /** Where it lies on this machine, and the same bytes as `open` gives, as `lentBytes` has them. */
  readonly lent?: { readonly part: FilePart; lend(signal?: AbortSignal): Bytes };
}

/** How a layer is to be compressed; without a level, with the default one or as it is already. */
export interface CompressionWish {
  readonly format: Compression;
  readonly level?: number | undefined;
}

export interface TarballLayer {
  readonly layer: Layer & { readonly uncompressedSize: number };
  readonly survey: TarSurvey;
  /** How it came. */
  readonly came: CompressionFormat;
  /** Whether the layer's stored bytes are the tarball's. */
  readonly asItCame: boolean;
}

/** Without a level, the quick one. */
export function compressorFor({ format, level }: CompressionWish): Compressor {
  return { format, level: level ?? quickLevels[format] };
}

/** What whoever gave a zstd tarball, and asked for nothing else, should hear. */
export const keptZstd =
  "The layer is compressed with zstd, as it came; docker before 23 and umoci do not read that, --compression gzip is for them.";

/**
 * A tarball as a layer, byte for byte: its diffID is the sha256 of the tar. Without a wish, what runtimes read (plain,
 * gzip, zstd) also stays compressed as it came, while xz and bzip2 become gzip. One pass, flat memory; a tar that is
 * not sound is not kept.
 * @throws BAD_ARCHIVE, TRUNCATED, what the source throws, DISK_FULL
 */
export async function tarballLayer(
  tarball: Tarball,
  wish: CompressionWish | undefined,
  seams: EditSeams,
): Promise<TarballLayer> {
  const { name, lasting, file, lent } = tarball;
  const { signal, threads } = seams;
  const add = seams.keep ?? seams.store.add;
  const lend = lent === undefined ? tarball.open : lent.lend;
  const { format: came, bytes } = await recognised(lend(signal));
  const changed = wish !== undefined && (wish.format !== came || wish.level !== undefined);
  const asItCame = came !== "xz" && came !== "bzip2" && !changed;
  // What unpacks or compresses holds on to more of its input than is lent.
  const stored =
    lent === undefined || (asItCame && came === "none") ? bytes : await opened(tarball, bytes, signal);

  const surveyed = Promise.withResolvers<TarSurvey>();
  const watch = async (tar: AnyBytes) => surveyed.resolve(await surveyTar(tar, name));
  if (!asItCame) {
    const compressor = compressorFor(wish ?? { format: "gzip" });
    const tar = hashed(decompress(stored, name));
    const plain = alongside(tar.bytes, watch);
    const { file, ...content } = await add(compressed(plain, compressor, threads), name, signal);
    const { digest: diffId, size: uncompressedSize } = tar.result();
    const kept = { ...content, files: [file], compression: compressor.format };
    return { layer: { ...kept, diffId, uncompressedSize }, survey: await surveyed.promise, came, asItCame };
  }
  // Of a tar that is not compressed, whoever keeps it computes the digest.
  let tar: Hashed | undefined;
  const look = async (source: AnyBytes) => {
    if (came === "none") return watch(source);
    tar = hashed(decompress(source, name));
    return watch(tar.bytes);
  };
  const staysThere = lasting && (seams.keep === undefined || file !== undefined);
  const content = staysThere
    ? await contentInPlace(tarball, stored, look)
    : await add(alongside(stored, look), name, signal);
  const { digest: diffId, size: uncompressedSize } = tar?.result() ?? content;
  const layer = { ...content, compression: came, diffId, uncompressedSize };
  return { layer, survey: await surveyed.promise, came, asItCame };
}

/** The tarball's bytes, whose chunks last, instead of those that were lent. */
async function opened(tarball: Tarball, lent: Bytes, signal: AbortSignal): Promise<AnyBytes> {
  for await (const _ of lent) break;
  return tarball.open(signal);
}

/** Whoever saves it holds it to its digest; `bytes` are read by `look`, to their end. */
async function contentInPlace(
  { open, file, lent }: Tarball,
  bytes: AnyBytes,
  look: (bytes: Bytes) => Promise<void>,
): Promise<Content> {
  const stored = hashed(bytes);
  await look(stored.bytes);
  return {
    ...stored.result(),
    async *open(signal) {
      yield* open(signal);
    },
    ...(file === undefined ? { part: lent?.part } : { files: [file] }),
  };
}
