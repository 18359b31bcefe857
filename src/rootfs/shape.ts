import type { EntryHeader } from "../model/entry.ts";
import type { GeneratedEntry, RootView } from "../model/rootfs.ts";
import type { DirectoryAlias } from "../model/segment.ts";
import { realPath } from "./resolve.ts";

/** What a later layer must know of the root below it: where its paths really lead, and its directories. Plain JSON. */
export interface RootShape {
  readonly links: readonly DirectoryAlias[];
  /** Directories that are not root's with mode 0755. */
  readonly directories: readonly {
    readonly path: string;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
  }[];
  /** All other directories. */
  readonly plain: readonly string[];
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
    // A link to what is not there yet leads to where it would be made.
    return to !== undefined && (get(to)?.type ?? "directory") === "directory" ? [{ from: path, to }] : [];
  });
  const folders = entries.filter(({ type, path }) => type === "directory" && path !== "");
  const isPlain = ({ mode, uid, gid }: EntryHeader) => mode === 0o755 && uid === 0 && gid === 0;
  return {
    links,
    directories: folders
      .filter((folder) => !isPlain(folder))
      .map(({ path, mode, uid, gid }) => ({ path, mode, uid, gid })),
    plain: [...folders.filter(isPlain).map(({ path }) => path), ...unstated(entries)],
  };
}

/** Directories that no entry speaks of, but that others lie in: layers state them as root's. */
function unstated(entries: readonly EntryHeader[]): Set<string> {
  const stated = new Set(entries.map(({ path }) => path));
  const found = new Set<string>();
  for (const { path } of entries)
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      const parent = path.slice(0, slash);
      if (stated.has(parent) || found.has(parent)) break;
      found.add(parent);
    }
  return found;
}

/**
 * Where a path really lies in a root of that shape: links in its directories are followed, and a link that is the
 * path itself as well if `followLast`.
 */
export function placesIn(shape: RootShape): (path: string, followLast: boolean) => string {
  const links = new Map(shape.links.map(({ from, to }) => [from, to]));
  const step = (path: string, followLast: boolean): string | undefined => {
    for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
      const to = links.get(path.slice(0, slash));
      if (to !== undefined) return to === "" ? path.slice(slash + 1) : to + path.slice(slash);
    }
    return followLast ? links.get(path) : undefined;
  };
  return (path, followLast) => {
    let real = path;
    for (let turn = 0; turn <= links.size; turn += 1) {
      const next = step(real, followLast);
      if (next === undefined) return real;
      real = next;
    }
    return real;
  };
}
