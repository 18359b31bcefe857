import { digestOf } from "../bytes/digest.ts";
import { TareError } from "../errors.ts";
import { encodeConfig } from "../formats/oci/config.ts";
import { encodeIndex } from "../formats/oci/image-index.ts";
import { encodeManifest } from "../formats/oci/manifest.ts";
import { layerMediaType, mediaTypes } from "../formats/oci/media-types.ts";
import { type Content, contentOf } from "../model/content.ts";
import type { History, Image, ImageConfig, ImageIndex, Layer, RuntimeConfig } from "../model/image.ts";
import { type Platform, platformName } from "../model/platform.ts";

/** What an image is made of. */
export interface ImageParts {
  readonly platform: Platform;
  /** Lowest first. */
  readonly layers: readonly Layer[];
  readonly config: RuntimeConfig;
  /** RFC 3339. */
  readonly created: string;
  /** One line per layer, and lines with `empty_layer` as you like. */
  readonly history: readonly History[];
  readonly author?: string;
  /** Of the manifest. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * An OCI image: the same parts give the same bytes on every machine.
 * @throws BAD_ARCHIVE when the history does not tell of each layer once
 */
export function assembleImage(parts: ImageParts): Image {
  const { platform, layers, created, author, history } = parts;
  const told = history.filter((line) => line.empty_layer !== true).length;
  if (told !== layers.length)
    throw new TareError({
      code: "BAD_ARCHIVE",
      format: "image",
      where: platformName(platform),
      why: `its history tells of ${told} layers, but it has ${layers.length}`,
    });
  const config: ImageConfig = {
    created,
    ...(author !== undefined && { author }),
    architecture: platform.architecture,
    os: platform.os,
    ...(platform.variant !== undefined && { variant: platform.variant }),
    config: parts.config,
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history,
  };
  const configBytes = encodeConfig(config);
  const configuration = contentOf(configBytes, digestOf(configBytes));
  const annotations = parts.annotations ?? {};
  return {
    mediaType: mediaTypes.manifest,
    manifest: manifestOver(configuration, layers, annotations),
    configuration,
    config,
    layers,
    platform,
    annotations,
  };
}

/** An OCI manifest of a configuration and layers, lowest first. */
export function manifestOver(
  { digest, size }: Content,
  layers: readonly Layer[],
  annotations: Readonly<Record<string, string>>,
): Content {
  const bytes = encodeManifest({
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest, size },
    layers: layers.map((layer) => ({
      mediaType: layerMediaType(layer.compression),
      digest: layer.digest,
      size: layer.size,
    })),
    annotations,
  });
  return contentOf(bytes, digestOf(bytes));
}

/** An OCI image index over images of different platforms, in the order given. */
export function assembleIndex(
  images: readonly Image[],
  annotations: Readonly<Record<string, string>> = {},
): ImageIndex {
  const bytes = encodeIndex({
    mediaType: mediaTypes.index,
    manifests: images.map(({ mediaType, manifest, platform }) => ({
      mediaType,
      digest: manifest.digest,
      size: manifest.size,
      platform,
    })),
    annotations,
  });
  return { mediaType: mediaTypes.index, index: contentOf(bytes, digestOf(bytes)), images };
}
