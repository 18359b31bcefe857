import type { AnyBytes } from "../bytes/bytes.ts";
import { readAsTar } from "../formats/read-as-tar.ts";
import type { Trailing } from "../formats/tar/decode.ts";
import { partsToTop } from "../formats/tar/strip-components.ts";
import { isWhiteout } from "../layers/whiteout.ts";
import { UnpackCheck } from "./unpack-check.ts";

/** How often something was seen, and where first. */
export interface Sightings {
  readonly count: number;
  readonly first: string;
}

/** What there is to know of a tar that was read once. */
export interface TarSurvey {
  readonly entries: number;
  /** Seconds since the epoch, of the youngest entry; undefined when there is none. */
  readonly newest: number | undefined;
  /** GNU sparse files. */
  readonly sparse: Sightings | undefined;
  /** Paths that stand more than once. */
  readonly duplicates: Sightings | undefined;
  /** Names that begin with `.wh.`: they hide files of lower layers. */
  readonly whiteouts: Sightings | undefined;
  /** Entries that do not unpack, and why the first does not: nothing unpacks the layer, and neither does tare. */
  readonly broken: { readonly count: number; readonly why: string } | undefined;
  /** The first path through a symlink to no folder, and where the link stands: docker and podman refuse the whole layer. */
  readonly stray: UnpackCheck["stray"];
  /** Bytes behind the end mark. */
  readonly trailing: Trailing | undefined;
  /** The first names at the top, folders with a slash at their end; no more than {@link topLimit}. */
  readonly tops: readonly string[];
  /** How many parts each path loses so that what is in the folders at the top comes to the root; undefined when they differ. */
  readonly toTops: number | undefined;
}

export const topLimit = 32;

/** Duplicates are looked for among so many paths, to bound the memory. */
const pathLimit = 1_000_000;

/**
 * Reads a tar to its last byte: every header is understood, every path contained. Holds the paths, no content and no
 * chunk of the source.
 * @throws BAD_ARCHIVE, TRUNCATED; `where` names it in the sentence
 */
export async function surveyTar(source: AnyBytes, where: string): Promise<TarSurvey> {
  let entries = 0;
  let newest: number | undefined;
  const paths = new Set<string>();
  const tops = new Set<string>();
  const [sparse, duplicates, whiteouts] = [new Watch(), new Watch(), new Watch()];
  const check = new UnpackCheck();
  let trailing: Trailing | undefined;
  const onTrailing = (found: Trailing) => {
    trailing = found;
  };
  let name = "";
  const onNames = (spelled: string) => {
    name = spelled;
  };
  const toTops = new Set<number>();
  const all = readAsTar(source, where, { onSparse: (path) => sparse.see(path), onNames, onTrailing });
  for await (const entry of all) {
    const { path, type, mtime } = entry;
    entries += 1;
    newest = Math.max(newest ?? mtime, mtime);
    if (isWhiteout(path)) whiteouts.see(path);
    if (paths.has(path)) duplicates.see(path);
    else if (paths.size < pathLimit) paths.add(path);
    if (tops.size < topLimit && path !== "") tops.add(topOf(path, type === "directory"));
    if (toTops.size < 2 && path !== "") toTops.add(partsToTop(name));
    check.see(entry);
  }
  return {
    entries,
    newest,
    sparse: sparse.seen,
    duplicates: duplicates.seen,
    whiteouts: whiteouts.seen,
    broken: check.why === undefined ? undefined : { count: check.count, why: check.why },
    stray: check.stray,
    trailing,
    tops: [...tops],
    toTops: toTops.size === 1 ? [...toTops][0] : undefined,
  };
}

function topOf(path: string, folder: boolean): string {
  const slash = path.indexOf("/");
  return slash >= 0 ? path.slice(0, slash + 1) : folder ? `${path}/` : path;
}

/** Counts what it sees, and keeps the first. */
export class Watch {
  seen: Sightings | undefined;

  see(path: string): void {
    this.seen = { count: (this.seen?.count ?? 0) + 1, first: this.seen?.first ?? path };
  }
}
