import { digestOf } from "../bytes/digest.ts";
import { encodeWholeConfig } from "../formats/oci/config.ts";
import { withLayers } from "../images/oci-manifest.ts";
import { contentOf } from "../model/content.ts";
import type { History, Image, ImageConfig, Layer } from "../model/image.ts";
import { dateText } from "./date-text.ts";

export interface EditOptions {
  /** SOURCE_DATE_EPOCH, seconds: when the image was made. Without it, it stays as old as it was. */
  readonly epoch?: number | undefined;
}

/** What is to be different. */
export interface Edits {
  readonly layers?: readonly Layer[];
  /** Members that take the place of the configuration's. */
  readonly config?: Partial<ImageConfig>;
  /** Tells of each layer once. */
  readonly history: readonly History[];
  /** Of the manifest; they take the place of all. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * The image with some of it replaced, under an OCI manifest. What the configuration has beside that stays, also what
 * this program does not know.
 */
export function editedImage(image: Image, edits: Edits, options: EditOptions): Image {
  const { layers = image.layers, history, annotations = image.annotations } = edits;
  const config: ImageConfig = {
    ...image.config,
    ...edits.config,
    ...createdOf(image, options),
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history,
  };
  const bytes = encodeWholeConfig(config);
  return withLayers(
    { ...image, config, configuration: contentOf(bytes, digestOf(bytes)), annotations },
    layers,
  );
}

/** When the edited image was made, and its newest line in the history: the same edit gives the same bytes. */
export function createdOf(image: Image, { epoch }: EditOptions): { readonly created?: string } {
  const created = epoch === undefined ? image.config.created : dateText(epoch);
  return created === undefined ? {} : { created };
}

/** The history with a line for each layer, also of an image that has no history. */
export function historyOf({ config, layers }: Image): readonly History[] {
  const lines = config.history ?? [];
  const told = lines.some((line) => line.empty_layer !== true);
  return told ? lines : [...layers.map(() => ({})), ...lines];
}
