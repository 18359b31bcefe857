import { TareError } from "../errors.ts";
import { explainImage, type ImagePlace } from "../explain/explain-image.ts";
import type { Explanation } from "../explain/explanation.ts";
import { type Location, parseLocation } from "../images/location.ts";
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
    return explainImage(image, { location: text, ...layoutAt(parseLocation(text), manifestMade === true) });
  });
}

/** A docker archive without a manifest keeps its blobs under names of its own. */
function layoutAt({ transport, path }: Location, manifestMade: boolean): Pick<ImagePlace, "layout"> {
  if (transport === "oci") return { layout: { path, kind: "folder" } };
  const isArchive = transport === "oci-archive" || transport === "docker-archive";
  return isArchive && path !== "-" && !manifestMade ? { layout: { path, kind: "archive" } } : {};
}
