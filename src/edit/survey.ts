import { createHash } from "node:crypto";
import type { AnyBytes, Bytes } from "../bytes/bytes.ts";
import type { Digest } from "../bytes/digest.ts";
import { TareError } from "../errors.ts";
import { readTar } from "../formats/tar/decode.ts";
import { isWhiteout } from "../layers/whiteout.ts";

/** How often something was seen, and where first. */
export interface Sightings {
  readonly count: number;
  readonly first: string;
}

/** What there is to know of a tar that was read once. */
export interface TarSurvey {
  /** sha256 of all its bytes. */
  readonly diffId: Digest;
  /** Bytes. */
  readonly size: number;
  readonly entries: number;
  /** Seconds since the epoch, of the youngest entry; undefined when there is none. */
  readonly newest: number | undefined;
  /** GNU sparse files. */
  readonly sparse: Sightings | undefined;
  /** Paths that stand more than once. */
  readonly duplicates: Sightings | undefined;
  /** Names that begin with `.wh.`: they hide files of lower layers. */
  readonly whiteouts: Sightings | undefined;
  /** The first names at the top, folders with a slash at their end; no more than {@link topLimit}. */
  readonly tops: readonly string[];
}

export const topLimit = 32;

/** Duplicates are looked for among so many paths, to bound the memory. */
const pathLimit = 1_000_000;

/**
 * Reads a tar to its last byte: every header is understood, every path contained. Holds the paths, no content.
 * @throws BAD_ARCHIVE, TRUNCATED; `where` names it in the sentence
 */
export async function surveyTar(source: AnyBytes, where: string): Promise<TarSurvey> {
  const hash = createHash("sha256");
  let size = 0;
  let entries = 0;
  let newest: number | undefined;
  const paths = new Set<string>();
  const tops = new Set<string>();
  const [sparse, duplicates, whiteouts] = [new Watch(), new Watch(), new Watch()];
  const counted = async function* (): Bytes {
    for await (const chunk of source) {
      hash.update(chunk);
      size += chunk.byteLength;
      yield chunk;
    }
  };
  for await (const { path, type, mtime } of readTar(counted(), where, (path) => sparse.see(path))) {
    entries += 1;
    newest = Math.max(newest ?? mtime, mtime);
    if (isWhiteout(path)) whiteouts.see(path);
    if (paths.has(path)) duplicates.see(path);
    else if (paths.size < pathLimit) paths.add(path);
    if (tops.size < topLimit && path !== "") tops.add(topOf(path, type === "directory"));
  }
  if (size === 0) throw new TareError({ code: "BAD_ARCHIVE", format: "tar", where, why: "it is empty" });
  return {
    diffId: `sha256:${hash.digest("hex")}`,
    size,
    entries,
    newest,
    sparse: sparse.seen,
    duplicates: duplicates.seen,
    whiteouts: whiteouts.seen,
    tops: [...tops],
  };
}

function topOf(path: string, folder: boolean): string {
  const slash = path.indexOf("/");
  return slash >= 0 ? path.slice(0, slash + 1) : folder ? `${path}/` : path;
}

class Watch {
  seen: Sightings | undefined;

  see(path: string): void {
    this.seen = { count: (this.seen?.count ?? 0) + 1, first: this.seen?.first ?? path };
  }
}
