import { TareError } from "../errors.ts";
import { explainImage, type ImagePlace } from "../explain/explain-image.ts";
import type { Explanation } from "../explain/explanation.ts";
import { mediaTypes } from "../formats/oci/media-types.ts";
import { type Location, parseLocation } from "../images/location.ts";
import { withLayers } from "../images/oci-manifest.ts";
import type { Image } from "../model/image.ts";
import type { Io } from "./io.ts";
import { withInside } from "./with-inside.ts";

/** Explains the image at a location. @throws BAD_USAGE, BAD_LOCATION for a tarball alone, what `openNamed` throws */
export async function explainLocation(
  io: Io,
  text: string,
  [platform, ...others]: readonly string[],
): Promise<Explanation> {
  if (others.length > 0)
    throw new TareError({
      code: "BAD_USAGE",
      why: "an image is explained for one platform at a time",
      help: "tare explain --help",
    });
  return withInside(io, text, { platform }, async ({ image, manifestMade }) => {
    if (image === undefined)
      throw new TareError({
        code: "BAD_LOCATION",
        text,
        why: "it is a tarball alone; `tare import` makes an image of one",
      });
    const blobs = blobsAt(parseLocation(text), manifestMade === true);
    return blobs === undefined
      ? explainImage(dockersAsOci(image), { location: text })
      : explainImage(image, { location: text, blobs });
  });
}

/** A docker archive without a manifest keeps its blobs under names of its own, and so do streams and daemons. */
function blobsAt({ transport, path }: Location, manifestMade: boolean): ImagePlace["blobs"] {
  if (transport === "oci") return { path, kind: "layout" };
  if (transport === "dir") return { path, kind: "folder" };
  const isArchive = transport === "oci-archive" || transport === "docker-archive";
  return isArchive && path !== "-" && !manifestMade ? { path, kind: "archive" } : undefined;
}

/** As `tare copy` lays it out. */
function dockersAsOci(image: Image): Image {
  return image.mediaType === mediaTypes.dockerManifest ? withLayers(image, image.layers) : image;
}
