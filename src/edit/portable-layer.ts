import { timesOf } from "./advice.ts";
import { denseLayer } from "./rewrite-layer.ts";
import type { EditSeams } from "./seal-tar.ts";
import {
  type CompressionWish,
  compressorFor,
  type Tarball,
  type TarballLayer,
  tarballLayer,
} from "./tarball-layer.ts";

export interface PortableLayer extends TarballLayer {
  /** Sentences about what is not as it came. */
  readonly changes: readonly string[];
}

/**
 * A tarball as a layer that every runtime unpacks alike: byte for byte as {@link tarballLayer} has it, but GNU's sparse
 * files written whole, and then it is said. @throws the same
 */
export async function portableLayer(
  tarball: Tarball,
  wish: CompressionWish | undefined,
  seams: EditSeams,
): Promise<PortableLayer> {
  const made = await tarballLayer(tarball, wish, seams);
  const { sparse } = made.survey;
  if (sparse === undefined) return { ...made, changes: [] };
  const compressor = compressorFor(wish ?? { format: made.came === "zstd" ? "zstd" : "gzip" });
  const change = `${tarball.name} has ${timesOf(sparse)} as GNU sparse files, which runtimes do not agree on; they were written whole, so the diffID is not that of the tarball.`;
  return {
    ...made,
    layer: await denseLayer(made.layer, compressor, seams),
    asItCame: false,
    changes: [change],
  };
}
