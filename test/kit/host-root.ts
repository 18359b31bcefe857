import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PlacedEntry, RootView } from "../../src/model/rootfs.ts";
import { entryOf } from "./folder-root.ts";

/** This machine's own root, looked at where it is asked for; of a folder, `under` names only what lies in it itself. */
export function hostRoot(): RootView {
  const known = new Map<string, PlacedEntry | undefined>();
  const get = (path: string): PlacedEntry | undefined => {
    if (!known.has(path))
      known.set(
        path,
        attempt(() => entryOf("/", path, undefined)),
      );
    return known.get(path);
  };
  return {
    get,
    *under(directory) {
      const names = attempt(() => readdirSync(join("/", directory)).sort()) ?? [];
      for (const name of names) yield get(`${directory}/${name}`) as PlacedEntry;
    },
    read: (path) => attempt(() => readFileSync(join("/", path))),
  };
}

function attempt<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
