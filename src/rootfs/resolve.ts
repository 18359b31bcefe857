import type { PlacedEntry } from "../model/rootfs.ts";

/** As much of a tree as a path needs to be followed. */
interface Tree<Found = Pick<PlacedEntry, "type" | "link">> {
  get(path: string): Found | undefined;
}

/** As many links as Linux follows before it says ELOOP (path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * Follows every link of a path inside the root, the last one too; absolute links start at the root again and `..`
 * stops there. Hardlinks lead to the file they share. Undefined when nothing is there.
 */
export function resolvePath<Found extends Pick<PlacedEntry, "type" | "link">>(
  root: Tree<Found>,
  path: string,
): Found | undefined {
  const where = realPath(root, path, true);
  if (where === undefined) return undefined;
  let entry = root.get(where);
  for (let links = 0; entry?.type === "hardlink" && links < MAX_LINKS; links += 1)
    entry = root.get(entry.link ?? "");
  return entry;
}

/**
 * Where a path really leads: links in its directories followed, and the last segment's too if `followLast`. The place
 * itself need not exist, but nothing before it may be a file. Undefined for a loop or a path through a file.
 */
export function realPath(root: Tree, path: string, followLast: boolean): string | undefined {
  const left = path
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".")
    .reverse();
  const done: string[] = [];
  let links = 0;
  for (let segment = left.pop(); segment !== undefined; segment = left.pop()) {
    if (segment === "..") {
      done.pop();
      continue;
    }
    const here = [...done, segment].join("/");
    const entry = root.get(here);
    if (entry?.type === "symlink" && (followLast || left.length > 0)) {
      links += 1;
      if (links > MAX_LINKS) return undefined;
      const link = entry.link ?? "";
      if (link.startsWith("/")) done.length = 0;
      left.push(
        ...link
          .split("/")
          .filter((part) => part !== "" && part !== ".")
          .reverse(),
      );
    } else if (entry && entry.type !== "directory" && left.length > 0) return undefined;
    else done.push(segment);
  }
  return done.join("/");
}
