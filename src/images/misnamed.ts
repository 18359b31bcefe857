import { basename } from "node:path";
import { TareError } from "../errors.ts";
import type { Compression } from "../model/image.ts";
import { compressionNamed } from "./compression-named.ts";
import { type Location, locationText } from "./location.ts";

/**
 * Refuses to write a file whose name promises another compression than it gets: others go by names. Reading goes by
 * content, so there such names are fine. Returns the location. @throws BAD_LOCATION
 */
export function refuseMisnamed(location: Location): Location {
  const { path, transport } = location;
  const written = compressionOf(location);
  const promised = /\.t?(gz|zst|xz|bz2?)$/.exec(path)?.[1];
  if (written === undefined || promised === undefined || promised === written.ending) return location;
  const plain = basename(path).replace(/(?:\.tar)?\.t?(?:gz|zst|xz|bz2?)$/, "");
  const otherwise =
    transport === "aci"
      ? `call it ${plain.replace(/\.aci$/, "")}.aci`
      : written.ending === ""
        ? `call it ${plain}.tar, or compress it on its way, as in ${transport}:- | gzip > ${plain}.tar.gz`
        : `call it ${plain}.tar.${written.ending}`;
  const why = `it is written ${written.how}, not as its name says; ${otherwise}`;
  throw new TareError({ code: "BAD_LOCATION", text: locationText(location), why });
}

const hows: Readonly<Record<Compression, { readonly how: string; readonly ending: string }>> = {
  none: { how: "without compression", ending: "" },
  gzip: { how: "with gzip", ending: "gz" },
  zstd: { how: "with zstd", ending: "zst" },
};

function compressionOf({ transport, path }: Location) {
  if (transport === "docker-archive" || transport === "oci-archive" || transport === "tar") return hows.none;
  if (transport === "incus") return hows[compressionNamed(path) ?? "gzip"];
  return transport === "aci" ? hows.gzip : undefined;
}
