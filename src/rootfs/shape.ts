import type { EntryHeader } from "../model/entry.ts";
import type { GeneratedEntry, RootView } from "../model/rootfs.ts";
import type { DirectoryAlias } from "../model/segment.ts";
import { realPath } from "./resolve.ts";

/** What a later layer must know of the root below it: where its paths really lead, and whose the directories are. JSON. */
export interface RootShape {
  readonly links: readonly DirectoryAlias[];
  /** Directories that are not root's with mode 0755. */
  readonly directories: readonly {
    readonly path: string;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
  }[];
}

/** The shape of packages' entries with the generated ones above them. */
export function shapeOf(view: RootView, generated: readonly GeneratedEntry[]): RootShape {
  const above = new Map(generated.map((entry) => [entry.path, entry]));
  const get = (path: string): EntryHeader | undefined => above.get(path) ?? view.get(path);
  const root = { get } as Pick<RootView, "get">;
  const entries = [...[...view.under("")].filter(({ path }) => !above.has(path)), ...generated];
  const links = entries.flatMap(({ type, path }) => {
    if (type !== "symlink") return [];
    const to = realPath(root, path, true);
    return to !== undefined && to !== "" && get(to)?.type === "directory" ? [{ from: path, to }] : [];
  });
  const directories = entries.flatMap(({ type, path, mode, uid, gid }) =>
    type === "directory" && (mode !== 0o755 || uid !== 0 || gid !== 0) ? [{ path, mode, uid, gid }] : [],
  );
  return { links, directories };
}

/** Where a path really lies in a root of that shape, links in its directories followed. */
export function pathIn(shape: RootShape, path: string): string {
  const links = new Map(shape.links.map(({ from, to }) => [from, to]));
  for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
    const to = links.get(path.slice(0, slash));
    if (to !== undefined) return `${to}${path.slice(slash)}`;
  }
  return path;
}
