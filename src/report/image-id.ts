import type { Digest } from "../bytes/digest.ts";

/**
 * What `--quiet` leaves of a report, the one thing that scripts want: the image's ID as docker and podman have it, the
 * digest of its configuration; that of the index where there are several images.
 */
export function imageId({
  index,
  images,
}: {
  readonly index?: Digest;
  readonly images: readonly { readonly configuration: Digest }[];
}): Digest | "" {
  return index ?? images[0]?.configuration ?? "";
}
