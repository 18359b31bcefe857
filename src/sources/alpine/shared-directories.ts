import { rootOwned } from "../../model/entry.ts";
import type { GeneratedEntry, RootView } from "../../model/rootfs.ts";
import type { ApkFile } from "./unpacked.ts";

/**
 * Directories of several packages that do not agree on their owner and mode: apk gives them to the owner of the lowest
 * number, with the permissions that all of that owner's packages grant. A composed root has those of the first.
 * @param packages their files that are there
 */
export function directoryEntries(
  root: RootView,
  packages: readonly (readonly ApkFile[])[],
  timestamp: number,
): GeneratedEntry[] {
  const agreed = new Map<string, { uid: number; gid: number; mode: number }>();
  for (const { path, uid, gid, mode, isFolder } of packages.flat()) {
    if (!isFolder) continue;
    const there = agreed.get(path);
    if (there === undefined || uid < there.uid || (uid === there.uid && gid < there.gid))
      agreed.set(path, { uid, gid, mode });
    else if (uid === there.uid && gid === there.gid) there.mode &= mode;
  }
  return [...agreed].flatMap(([path, { uid, gid, mode }]) => {
    const there = root.get(path);
    const same = there?.uid === uid && there.gid === gid && there.mode === mode;
    if (there?.type !== "directory" || same) return [];
    const mtime = Math.min(there.mtime, timestamp);
    return [{ ...rootOwned(path, "directory", mode, mtime), uid, gid, content: new Uint8Array(0) }];
  });
}
