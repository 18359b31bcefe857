import type { Image, ImageIndex } from "../model/image.ts";
import type { ImageName } from "./names.ts";

/** An image, and what the place that it was found in says of it. */
export interface OpenedImage {
  readonly image: Image | ImageIndex;
  /** All of them: full references where they are known, else tags. */
  readonly names: readonly ImageName[];
  /** The place has no manifest (an archive of docker's kind alone), so one was made for it, the same each time. */
  readonly manifestMade: boolean;
  /** What of it has no place in an image, in a few words each. */
  readonly leftOut?: readonly string[];
  /** The place has an index, of whose images this is the only one that is there: the platforms that are not. */
  readonly missing?: readonly string[];
}
