import type { Bytes } from "../bytes/bytes.ts";
import { decompress } from "../bytes/compression/compression.ts";
import { TareError } from "../errors.ts";
import { readTar } from "../formats/tar/decode.ts";
import { flatten, layerEntries } from "../images/flatten.ts";
import type { Entry } from "../model/entry.ts";
import type { Image } from "../model/image.ts";
import type { LayerOpener } from "./search.ts";
import { selectionOf } from "./selection.ts";

/** Some files of a root: plain paths of files and folders, and the lowest layer that has anything of them. */
export interface Part {
  readonly paths: readonly string[];
  readonly lowest: number;
}

/** What can be looked into: an image's root filesystem, or a plain tar. */
export interface Inside {
  /** What it is called in sentences. */
  readonly where: string;
  /** Lowest first. */
  readonly layers: readonly LayerOpener[];
  /** Everything, or a part with the folders that lead to it; an entry comes after those that it needs. */
  entries(signal?: AbortSignal, part?: Part): AsyncIterable<Entry>;
}

export function insideImage(image: Image, where: string): Inside {
  return {
    where,
    layers: image.layers.map((layer) => (signal) => layerEntries(layer, signal)),
    entries(signal, part) {
      if (part === undefined) return flatten(image.layers, signal);
      return flatten(image.layers.slice(part.lowest), signal, selectionOf(part.paths).has);
    },
  };
}

/**
 * One tar as it stands, compressed or not: its entries in its own order, without any notion of layers. GNU's sparse
 * files have their zeros.
 * @param open its bytes from the beginning, on every call
 */
export function insideTar(open: (signal?: AbortSignal) => Bytes, where: string): Inside {
  const all: LayerOpener = (signal) => readTar(decompress(open(signal), where), where, () => undefined);
  return {
    where,
    layers: [all],
    entries: (signal, part) => (part === undefined ? all(signal) : some(all(signal), part.paths, where)),
  };
}

async function* some(
  entries: AsyncIterable<Entry>,
  paths: readonly string[],
  where: string,
): AsyncGenerator<Entry> {
  const selection = selectionOf(paths);
  for await (const entry of entries) {
    const { path, type, link } = entry;
    if (!selection.has(path)) {
      if (type === "directory" && selection.leadsOn(path)) yield entry;
      continue;
    }
    if (type === "hardlink" && !selection.has(link ?? "")) {
      const why = `${path} is a hardlink to ${link}, which was not asked for; name that one, too`;
      throw new TareError({ code: "BAD_ARCHIVE", format: "tree of files", where, why });
    }
    yield entry;
  }
}
