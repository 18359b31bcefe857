import { TareError } from "../errors.ts";
import { isIndex } from "../images/blobs.ts";
import { imageFor } from "../images/choose-platform.ts";
import type { Edited } from "../images/copy-source.ts";
import type { History, Image, ImageIndex } from "../model/image.ts";
import { type Platform, platformName } from "../model/platform.ts";
import { type EditOptions, editedImage, historyOf } from "./edited-image.ts";

/** An image that others are built upon. */
export interface BaseImage {
  readonly image: Image | ImageIndex;
  /** For sentences. */
  readonly where: string;
  /** Its full reference, if it is known. */
  readonly name?: string | undefined;
}

/**
 * The image with the layers of another base in place of those that it was built upon. Its own layers stay byte for byte
 * and so does its configuration, also what that has from the old base; the history is the new base's and then its own.
 * Of a base for several platforms the image's is taken.
 * @param where the image, for sentences
 * @throws NOT_THE_BASE, PLATFORM_MISSING
 */
export function rebaseImage(
  image: Image,
  where: string,
  oldBase: BaseImage,
  newBase: BaseImage,
  options: EditOptions,
): Edited {
  const older = imageOfBase(oldBase, image.platform);
  const newer = imageOfBase(newBase, image.platform);
  assertBuiltUpon(image, older, where, oldBase.where);
  const own = image.layers.slice(older.layers.length);
  const edits = {
    layers: [...newer.layers, ...own],
    config: ofWindows(newer),
    history: [...historyOf(newer), ...ownHistory(image, older)],
    annotations: annotationsUpon(image, newer, newBase.name),
  };
  const [out, kept, into] = [older.layers, own, newer.layers].map(({ length }) => length);
  const stale = staleVariables(image, older, newer);
  return {
    image: editedImage(image, edits, options),
    notes: [
      `Layers: ${out} of the old base out, ${into} of the new base in, ${kept} above them as they were.`,
      ...(stale.length === 0
        ? []
        : [
            `The configuration stays, so the environment has ${stale.join(", ")} as the old base set it and the new one does not; \`tare config\` can change that.`,
          ]),
    ],
  };
}

function imageOfBase({ image, where }: BaseImage, platform: Platform): Image {
  const images = isIndex(image) ? image.images : [image];
  const found = imageFor(images, platform);
  if (found !== undefined) return found;
  const known = images.map((one) => platformName(one.platform));
  throw new TareError({ code: "PLATFORM_MISSING", where, platform: platformName(platform), known });
}

function assertBuiltUpon(image: Image, base: Image, where: string, baseWhere: string): void {
  for (const [at, { diffId }] of base.layers.entries()) {
    const there = image.layers[at]?.diffId;
    if (there === diffId) continue;
    const why =
      there === undefined
        ? `it has fewer layers (${image.layers.length}) than the base (${base.layers.length})`
        : `layer ${at + 1} is ${there}, but ${diffId} in the base`;
    throw new TareError({ code: "NOT_THE_BASE", where, base: baseWhere, why });
  }
}

/** What the image's history tells since its base: also without a layer, where the base's own lines can be told apart. */
function ownHistory(image: Image, base: Image): readonly History[] {
  const lines = historyOf(image);
  const below = historyOf(base);
  if (below.every((line, at) => isSame(line, lines[at]))) return lines.slice(below.length);
  let layers = base.layers.length;
  const first = lines.findIndex((line) => line.empty_layer !== true && layers-- === 0);
  return first < 0 ? [] : lines.slice(first);
}

function isSame(a: History, b: History | undefined): boolean {
  const text = ({ created, created_by, comment, empty_layer }: History) =>
    JSON.stringify([created, created_by, comment, empty_layer === true]);
  return b !== undefined && text(a) === text(b);
}

/** A Windows image starts only on the version of Windows that its base names. */
function ofWindows({ config }: Image): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(config).filter(([key]) => key === "os.version" || key === "os.features"),
  );
}

/** image-spec, annotations.md: what an image says of its base. */
function annotationsUpon({ annotations }: Image, base: Image, name: string | undefined) {
  const { "org.opencontainers.image.base.name": _, ...others } = annotations;
  return {
    ...others,
    "org.opencontainers.image.base.digest": base.manifest.digest,
    ...(name !== undefined && { "org.opencontainers.image.base.name": name }),
  };
}

/** Variables that the image has only as its old base had them, and the new base has not. */
function staleVariables(image: Image, older: Image, newer: Image): readonly string[] {
  const ofOld = new Set(older.config.config?.Env);
  const ofNew = new Set(newer.config.config?.Env);
  const stale = (image.config.config?.Env ?? []).filter((line) => ofOld.has(line) && !ofNew.has(line));
  return stale.map((line) => line.replace(/=.*$/s, ""));
}
