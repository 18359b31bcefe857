import type { ApkFile } from "./unpacked.ts";

/** Larger contents are never kept in memory. */
const limit = 1024 * 1024;
/** A file that gets another owner has to be at hand, whatever it is. */
const ownedLimit = 16 * limit;
/** What scripts name is of use when it can be a text, or when they change whose it is. */
const textLimit = 64 * 1024;

/** Whole folders whose files scripts read. */
const folders = [
  "etc/",
  "usr/share/ca-certificates/",
  "usr/local/share/ca-certificates/",
  "usr/lib/sysusers.d/",
];

const changesOwners = /\b(?:chmod|chown|chgrp|setcap)\b/;

/** A path in a text, as a script would spell it. */
const spelled = /\/[A-Za-z0-9_.+/@~%-]+/g;

/**
 * Tells which files an unpacker must keep for a package: those that scripts of any package read, those that its own
 * scripts name, and those whose owner is known by name only. A path is where the file lies in the root.
 * @param files what the package brought so far: the last is the one that is asked for @param scripts their texts
 */
export function capturesFor(
  files: readonly ApkFile[],
  scripts: Iterable<string>,
): (path: string, size: number) => boolean {
  /** Every path that is named, and whether a script that names it changes owners. */
  const named = new Map<string, boolean>();
  for (const text of scripts) {
    const changes = changesOwners.test(text);
    for (const [path] of text.matchAll(spelled)) named.set(path, changes || named.get(path) === true);
  }
  return (path, size) => {
    const last = files.at(-1);
    if (last !== undefined && hasOtherOwner(last)) return size <= ownedLimit;
    if (size > limit) return false;
    if (folders.some((folder) => path.startsWith(folder))) return true;
    const names = [`/${path}`, ...(path.startsWith("usr/") ? [path.slice("usr".length)] : [])];
    return names.some((one) => (size > textLimit ? named.get(one) === true : named.has(one)));
  };
}

/** Whether someone else than root may own a file, by the names that its package gives. */
export function hasOtherOwner({ user, group }: ApkFile): boolean {
  return (user !== "root" && user !== "") || (group !== "root" && group !== "");
}
