import { byText } from "../bytes/text.ts";
import { type EntryHeader, rootOwned } from "../model/entry.ts";

/** Every directory on the way to the given paths, the root left out, sorted so that parents come first. */
export function parentsOf(paths: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const path of paths)
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      const parent = path.slice(0, slash);
      if (found.has(parent)) break;
      found.add(parent);
    }
  return [...found].sort(byText);
}

/** A directory that nobody described: root's, 0755. `mtime` in seconds. */
export function plainDirectory(path: string, mtime: number): EntryHeader {
  return rootOwned(path, "directory", 0o755, mtime);
}
