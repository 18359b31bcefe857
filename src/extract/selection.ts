/** Some paths of a tree, each with everything below it. */
export interface Selection {
  readonly has: (path: string) => boolean;
  /** Whether a folder is on the way to one of them. */
  readonly leadsOn: (path: string) => boolean;
}

/** @param paths plain ones; the empty path is everything */
export function selectionOf(paths: readonly string[]): Selection {
  const chosen = new Set(paths);
  const leading = new Set(paths.flatMap((path) => [...foldersAbove(path)]));
  const has = (path: string): boolean => {
    if (chosen.has(path)) return true;
    for (const folder of foldersAbove(path)) if (chosen.has(folder)) return true;
    return false;
  };
  return { has, leadsOn: (path) => leading.has(path) };
}

/** From the nearest to the root. */
function* foldersAbove(path: string): Iterable<string> {
  for (let at = path; at !== ""; ) {
    at = at.slice(0, Math.max(at.lastIndexOf("/"), 0));
    yield at;
  }
}
