import type { Bytes } from "../bytes/bytes.ts";
import { decompress } from "../bytes/compression/compression.ts";
import { readAsTar } from "../formats/read-as-tar.ts";
import { type LayerOpener, layerEntries, mergeEntries } from "../images/flatten.ts";
import type { Entry } from "../model/entry.ts";
import type { Image } from "../model/image.ts";
import { selectionOf } from "./selection.ts";

/** Some files of a root: plain paths of files and folders, and the lowest layer that has anything of them. */
export interface Part {
  readonly paths: readonly string[];
  readonly lowest: number;
}

/** What can be looked into: an image's root filesystem, or that of a plain tar. */
export interface Inside {
  /** What it is called in sentences. */
  readonly where: string;
  /** Lowest first. */
  readonly layers: readonly LayerOpener[];
  /** Whether names that begin with `.wh.` hide files, as in an image's layers. */
  readonly whiteouts: boolean;
  /** Everything, or a part with the folders that lead to it; an entry comes after those that it needs. */
  entries(signal?: AbortSignal, part?: Part): AsyncIterable<Entry>;
}

export function insideImage(image: Image, where: string): Inside {
  const layers = image.layers.map(
    (layer): LayerOpener =>
      (signal) =>
        layerEntries(layer, signal),
  );
  return insideLayers(layers, where, true);
}

/**
 * A tar, compressed or not, as what it unpacks to: the same files as an image made of it has, but for names that begin
 * with `.wh.`, which are files here. GNU's sparse files have their zeros.
 * @param open its bytes from the beginning, on every call
 */
export function insideTar(open: (signal?: AbortSignal) => Bytes, where: string): Inside {
  const all: LayerOpener = (signal) => readAsTar(decompress(open(signal), where), where, { onSparse() {} });
  return insideLayers([all], where, false);
}

function insideLayers(layers: readonly LayerOpener[], where: string, whiteouts: boolean): Inside {
  return {
    ...{ where, layers, whiteouts },
    entries(signal, part) {
      if (part === undefined) return mergeEntries(layers, { where, signal, whiteouts });
      const wanted = selectionOf(part.paths).has;
      return mergeEntries(layers.slice(part.lowest), { where, signal, wanted, whiteouts });
    },
  };
}
