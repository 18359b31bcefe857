import { TareError } from "../errors.ts";
import type { Image, ImageIndex } from "../model/image.ts";
import { type Platform, platformName } from "../model/platform.ts";
import { isIndex, singleImage } from "./blobs.ts";

/**
 * The image for a platform: the one of exactly that variant before one where either side names none. Undefined when
 * there is none.
 */
export function imageFor(
  images: readonly Image[],
  { os, architecture, variant }: Platform,
): Image | undefined {
  const fitting = images.filter(
    ({ platform }) => platform.os === os && platform.architecture === architecture,
  );
  return (
    fitting.find(({ platform }) => platform.variant === variant) ??
    fitting.find(({ platform }) => platform.variant === undefined || variant === undefined)
  );
}

/** Who chooses of an index, and for which place. */
export interface PlatformChoice {
  /** What was asked for. */
  readonly platform?: Platform;
  /** Taken where nobody asked and the place holds one platform only. */
  readonly machine: Platform;
  /** Whether an index can stand where the image goes. */
  readonly holdsIndex: boolean;
  /** Where it comes from and goes to, for sentences. */
  readonly from: string;
  readonly to: string;
}

/**
 * The whole index where it can stand and nobody asked for less, else one image of it; and a sentence about what was not
 * asked for.
 * @throws PLATFORM_MISSING, SEVERAL_PLATFORMS when none is for this machine
 */
export function choosePlatform(
  image: Image | ImageIndex,
  { platform, machine, holdsIndex, from, to }: PlatformChoice,
): { readonly image: Image | ImageIndex; readonly note?: string } {
  const images = isIndex(image) ? image.images : [image];
  const known = images.map((one) => platformName(one.platform));
  if (platform !== undefined) {
    const found = imageFor(images, platform);
    if (found !== undefined) return { image: found };
    throw new TareError({ code: "PLATFORM_MISSING", where: from, platform: platformName(platform), known });
  }
  if (!isIndex(image) || holdsIndex) return { image };
  const single = images.length === 1 ? undefined : imageFor(images, machine);
  const found = single ?? singleImage(image, to);
  const which =
    single === undefined
      ? "the only image of it was taken"
      : `the image for this machine was taken, ${platformName(found.platform)} of ${known.join(", ")}`;
  return { image: found, note: `${to} holds no index: ${which}.` };
}
