import type { PlacedEntry } from "../model/rootfs.ts";
import { resolvePath } from "../rootfs/resolve.ts";
import type { OwnEntry } from "./recipe-files.ts";
import type { BuiltRoot } from "./root.ts";

/** What a path of a finished image leads to: a program, a file of the recipe, or a folder. */
export interface Found extends Pick<PlacedEntry, "type" | "link"> {
  readonly executable: boolean;
  /** A script of an npm package. */
  readonly script: boolean;
  readonly own?: OwnEntry;
}

/** The root with the recipe's own files above it, as far as it is remembered: programs, folders and own files. */
export interface FinishedTree {
  /** Follows links; undefined for nothing and for packages' files that may not be executed. */
  find(path: string): Found | undefined;
  /** Whether the recipe's own files make something at a place, or below it. */
  makes(path: string): boolean;
}

const folder: Found = { type: "directory", executable: false, script: false };

export function finishedTree(
  { shape, startable }: Pick<BuiltRoot, "shape" | "startable">,
  own: readonly OwnEntry[],
): FinishedTree {
  const files = new Map(own.map((entry) => [entry.path, entry]));
  const links = new Map(shape.links.map(({ from, to }) => [from, to]));
  const folders = new Set([...shape.plain, ...shape.directories.map(({ path }) => path)]);
  const programs = new Set(startable.programs);
  const scripts = new Set(startable.scripts);
  const get = (path: string): Found | undefined => {
    const entry = files.get(path);
    if (entry !== undefined) {
      const { type, link, mode } = entry;
      const executable = type === "file" && (mode & 0o111) !== 0;
      return { type, executable, script: false, own: entry, ...(link !== undefined && { link }) };
    }
    const link = links.get(path);
    if (link !== undefined) return { ...folder, type: "symlink", link: `/${link}` };
    if (programs.has(path)) return { type: "file", executable: true, script: scripts.has(path) };
    return folders.has(path) ? folder : undefined;
  };
  return {
    find: (path) => resolvePath({ get }, path),
    makes: (path) => files.has(path) || own.some((entry) => entry.path.startsWith(`${path}/`)),
  };
}
