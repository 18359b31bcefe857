import { fileFlag, type RpmFile } from "../../formats/rpm/files.ts";
import { fileState } from "../../formats/rpm/installed-header.ts";
import type { RootView } from "../../model/rootfs.ts";
import { realPath } from "../../rootfs/resolve.ts";
import type { PlacedRpm } from "./placed-rpm.ts";
import { differInColor, isShared } from "./shared-files.ts";

/**
 * What became of each file of each package, as rpm would say: there, left out, or given way to another package's. `root`
 * is what the packages made, without what was generated later. In the order of the packages and of their files.
 */
export function fileStates(root: RootView, packages: readonly PlacedRpm[]): readonly (readonly number[])[] {
  const folders = new Map<string, string | undefined>();
  const placeOf = (path: string): string | undefined => {
    const slash = path.lastIndexOf("/");
    if (slash < 0) return path;
    const folder = path.slice(0, slash);
    if (!folders.has(folder)) folders.set(folder, realPath(root, folder, true));
    const real = folders.get(folder);
    return real === undefined ? undefined : `${real}/${path.slice(slash + 1)}`;
  };
  /** Files of other packages, by where they lie: only those of paths that somebody gave way at are asked for. */
  const kept = new Map<string, Map<string, RpmFile>>();
  const keptBy = (owner: string, place: string): RpmFile | undefined => {
    let files = kept.get(owner);
    if (files === undefined) {
      const keeper = packages.find(({ id }) => id === owner);
      files = new Map(keeper?.files.map((file) => [placeOf(file.path) ?? file.path, file]));
      kept.set(owner, files);
    }
    return files.get(place);
  };
  return packages.map(({ id, files }) =>
    files.map((file) => {
      if ((file.flags & fileFlag.ghost) !== 0 || file.path === "") return fileState.normal;
      const place = placeOf(file.path);
      const there = place === undefined ? undefined : root.get(place);
      if (place === undefined || there === undefined) return fileState.notInstalled;
      if (there.owner === id || there.owner === undefined || file.type === "directory")
        return fileState.normal;
      const keeper = keptBy(there.owner, place);
      if (keeper === undefined) return fileState.replaced;
      if (isShared(file, keeper)) return fileState.normal;
      return differInColor(file, keeper) ? fileState.wrongColor : fileState.replaced;
    }),
  );
}
