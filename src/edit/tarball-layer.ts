import { createHash } from "node:crypto";
import { alongside } from "../bytes/alongside.ts";
import type { AnyBytes, Bytes } from "../bytes/bytes.ts";
import { type CompressionFormat, decompress, recognised } from "../bytes/compression/compression.ts";
import { type Compressor, defaultLevels } from "../layers/compressor.ts";
import type { Content } from "../model/content.ts";
import type { Compression, Layer } from "../model/image.ts";
import { type EditSeams, sealTar } from "./seal-tar.ts";
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

/**
 * Where no level is asked for, gzip takes a quicker one than members do, which are compressed once and kept. Over 175 MB
 * of /usr: level 2 takes 2.1 s of processor time for 78.4 MB, level 5 takes 3.4 s for 75.1 MB; umoci 2.5 s for 78.0 MB.
 */
export function compressorFor({ format, level }: CompressionWish): Compressor {
  return { format, level: level ?? (format === "gzip" ? 2 : defaultLevels[format]) };
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
  const { name } = tarball;
  const { format: came, bytes } = await recognised(tarball.open(seams.signal));
  const surveyed = Promise.withResolvers<TarSurvey>();
  const watch = async (plain: AnyBytes) => surveyed.resolve(await surveyTar(plain, name));
  if (came === "xz" || came === "bzip2" || (wish && (wish.format !== came || wish.level !== undefined))) {
    const plain = alongside(decompress(bytes, name), watch);
    const layer = await sealTar(plain, compressorFor(wish ?? { format: "gzip" }), name, seams);
    return { layer, survey: await surveyed.promise, came, asItCame: false };
  }
  let content: Content;
  if (tarball.lasting)
    content = await contentInPlace(tarball, bytes, (copy) => watch(decompress(copy, name)));
  else {
    const kept = alongside(bytes, (copy) => watch(decompress(copy, name)));
    content = await seams.store.add(kept, name, seams.signal);
  }
  const survey = await surveyed.promise;
  const layer = { ...content, compression: came, diffId: survey.diffId, uncompressedSize: survey.size };
  return { layer, survey, came, asItCame: true };
}

/** Whoever saves it holds it to its digest; `bytes` are read through `watch`, to their end. */
async function contentInPlace(
  { open, file }: Tarball,
  bytes: Bytes,
  watch: (bytes: Bytes) => Promise<void>,
): Promise<Content> {
  const hash = createHash("sha256");
  let size = 0;
  const counted = async function* (): Bytes {
    for await (const chunk of bytes) {
      hash.update(chunk);
      size += chunk.byteLength;
      yield chunk;
    }
  };
  await watch(counted());
  return {
    digest: `sha256:${hash.digest("hex")}`,
    size,
    async *open(signal) {
      yield* open(signal);
    },
    ...(file !== undefined && { files: [file] }),
  };
}
