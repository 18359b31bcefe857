import { writeTar } from "../formats/tar/encode.ts";
import type { Edited } from "../images/copy-source.ts";
import { flatten } from "../images/flatten.ts";
import type { Compression, Image } from "../model/image.ts";
import { createdOf, type EditOptions, editedImage } from "./edited-image.ts";
import { type EditSeams, sealTar } from "./seal-tar.ts";
import { type CompressionWish, compressorFor } from "./tarball-layer.ts";

export interface FlattenOptions extends EditOptions {
  /** Default: as all layers are, else gzip. */
  readonly compression?: CompressionWish | undefined;
}

/**
 * The image with one layer, which holds what all of them come to: what `tar:` would write, so that its digest is the
 * layer's diffID. Of the history stay the lines that made no layer; one line tells of the new one.
 * @throws BAD_ARCHIVE, DIGEST_MISMATCH, DISK_FULL
 */
export async function flattenImage(image: Image, options: FlattenOptions, seams: EditSeams): Promise<Edited> {
  const { layers, config, manifest } = image;
  const compressor = compressorFor(options.compression ?? { format: commonFormat(image) });
  const tar = writeTar(flatten(layers, seams.signal));
  const layer = await sealTar(tar, compressor, `image ${manifest.digest}`, seams);
  const count = layers.length === 1 ? "1 layer" : `${layers.length} layers`;
  const line = {
    ...createdOf(image, options),
    created_by: "tare flatten",
    comment: `${count} of ${manifest.digest}`,
  };
  const empty = (config.history ?? []).filter((line) => line.empty_layer === true);
  return {
    image: editedImage(image, { layers: [layer], history: [...empty, line] }, options),
    notes: [
      `${count} became one, ${layer.diffId}; nothing is left in it of what upper layers hid or replaced.`,
    ],
  };
}

function commonFormat({ layers: [first, ...others] }: Image): Compression {
  const format = first?.compression ?? "gzip";
  return others.every(({ compression }) => compression === format) ? format : "gzip";
}
