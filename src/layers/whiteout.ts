/**
 * Whether a path, in a layer, would not be a file but hide one of the layers below (image-spec, layer.md,
 * "Whiteouts"): a file of that name cannot be in an image.
 */
export function isWhiteout(path: string): boolean {
  return path.startsWith(".wh.") || path.includes("/.wh.");
}

/** Why, to go on after the path. */
export const whiteoutWhy = "would hide files of other layers, since its name begins with .wh.";
