import type { Distribution } from "../../model/source.ts";
import { tarballUnpacker } from "./unpack.ts";

export interface TarballPlace {
  /** What sentences call it, unique in its root: `tarball rootfs.tar.gz`. */
  readonly id: string;
  /** The folder of the image that its paths are below, relative to the root; empty for the root itself. */
  readonly to: string;
  /** How many leading parts its paths lose; 0 for none. */
  readonly strip: number;
}

/** One tarball as a distribution of a single package. Nothing is made beside what it holds. */
export function tarball({ id, to, strip }: TarballPlace): Distribution {
  const unpacker = tarballUnpacker(strip);
  return {
    name: `${unpacker.name} ${JSON.stringify([id, to])}`,
    unpacker,
    aliases: [],
    idOf: () => id,
    placeOf: () => to,
    arbiter: () => () => "conflict",
    configure: () => ({ entries: [], coverage: [] }),
  };
}
