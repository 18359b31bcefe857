import type { PlacedEntry, RootView } from "../../model/rootfs.ts";
import { realPath } from "../../rootfs/resolve.ts";
import type { PlacedApk } from "./placed-apk.ts";

/** A root in which what one package is the first to bring can be out of sight. */
export interface Stage {
  /** `under` tells of everything all the same: a workspace takes names from it once, and asks `get` about each. */
  readonly view: RootView;
  /** While `use` runs, what nobody before that package brought is not there: `pre-install` comes before its files. */
  before<Result>(one: PlacedApk, use: () => Result): Result;
}

/** @param packages in the order of their installation */
export function stageOf(root: RootView, packages: readonly PlacedApk[]): Stage {
  const firstWith = new Map<string, string>();
  for (const { id, files } of packages)
    for (const { path, isFolder } of files) {
      if (!isFolder) continue;
      const real = realPath(root, path, true);
      if (real !== undefined && !firstWith.has(real)) firstWith.set(real, id);
    }
  const bringerOf = ({ path, type, owner }: PlacedEntry) =>
    type === "directory" ? (firstWith.get(path) ?? owner) : owner;
  let coming: string | undefined;
  return {
    view: {
      get(path) {
        const entry = root.get(path);
        return entry === undefined || coming === undefined || bringerOf(entry) !== coming ? entry : undefined;
      },
      under: (directory) => root.under(directory),
      read: (path) => root.read(path),
    },
    before({ id }, use) {
      coming = id;
      try {
        return use();
      } finally {
        coming = undefined;
      }
    },
  };
}
