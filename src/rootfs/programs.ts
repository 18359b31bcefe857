import type { GeneratedEntry, PlacedEntry, RootView } from "../model/rootfs.ts";
import { realPath, resolvePath } from "./resolve.ts";
import type { RootShape } from "./shape.ts";

/** What of a root may be started, and which of its links lead nowhere yet. Plain JSON. */
export interface Startable {
  /** Paths of files that may be executed, and of links to them. */
  readonly programs: readonly string[];
  /** Those of `programs` that are scripts of npm's packages, which name their interpreter by `/usr/bin/env`. */
  readonly scripts: readonly string[];
}

/** A link to a place where nothing is. */
export interface LooseLink {
  readonly path: string;
  /** Relative to the root. */
  readonly to: string;
}

const executable = 0o111;

/** `root` has the generated entries above the packages' own. */
export function startableIn(root: RootView, generated: readonly GeneratedEntry[]): Startable {
  const paths = new Set([
    ...[...root.under("")].map(({ path }) => path),
    ...generated.map(({ path }) => path),
  ]);
  const programs: string[] = [];
  const scripts: string[] = [];
  for (const path of paths) {
    const entry = root.get(path);
    if (entry === undefined || entry.type === "directory") continue;
    const file: PlacedEntry | undefined = entry.type === "file" ? entry : resolvePath(root, path);
    if (file?.type !== "file" || (file.mode & executable) === 0) continue;
    programs.push(path);
    if (file.elf === undefined && /(?:^|\/)node_modules\//.test(file.path)) scripts.push(path);
  }
  return { programs: programs.sort(), scripts: scripts.sort() };
}

/** Links among `entries` of a root that lead to nothing in it. */
export function looseLinks(
  root: RootView,
  shape: RootShape,
  entries: readonly GeneratedEntry[],
): readonly LooseLink[] {
  const folders = new Set([...shape.plain, ...shape.directories.map(({ path }) => path)]);
  return entries.flatMap(({ path, type }) => {
    const to = type === "symlink" ? realPath(root, path, true) : undefined;
    if (to === undefined || to === "" || folders.has(to) || root.get(to) !== undefined) return [];
    return [{ path, to }];
  });
}
