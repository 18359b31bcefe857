import type { Image } from "../model/image.ts";

/** When an image was made, in whole seconds from 0 to 2^32 - 1; 0 when it does not say. */
export function createdOf({ config }: Image): number {
  const seconds = Math.floor(Date.parse(config.created ?? "") / 1000) || 0;
  return Math.min(Math.max(seconds, 0), 2 ** 32 - 1);
}
