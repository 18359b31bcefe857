import { TareError } from "../errors.ts";
import type { LayerOpener } from "../images/flatten.ts";
import { type Node, RootTree } from "../images/root-tree.ts";
import type { EntryHeader } from "../model/entry.ts";
import type { Inside } from "./inside.ts";

type Names = Pick<EntryHeader, "path" | "type" | "link">;

/**
 * Looks for something in the root that layers make together (lowest first), and reads no more of them than needed:
 * `look` is asked after each layer from the top, until it finds something. What upper layers have, no lower one can
 * change, as long as they bring the folders of their files themselves; otherwise a lower layer's symlink may lie on
 * the way, and all are read. Returns what was found and the lowest layer that was read, from 0.
 * @throws BAD_ARCHIVE
 */
export async function searchDown<Found>(
  inside: Pick<Inside, "layers" | "where" | "whiteouts">,
  look: (tree: RootTree) => Found | undefined,
  signal?: AbortSignal,
): Promise<{ readonly found: Found; readonly lowest: number } | undefined> {
  const { layers } = inside;
  const read: Names[][] = [];
  let closed = true;
  for (let lowest = layers.length - 1; lowest >= 0; lowest -= 1) {
    const names = await namesOf(layers[lowest] as LayerOpener, signal);
    read.unshift(names);
    closed &&= bringsItsFolders(names);
    if (!closed && lowest > 0) continue;
    const found = lookInto(read, lowest, inside, look);
    if (found !== undefined) return { found, lowest };
  }
  return undefined;
}

async function namesOf(open: LayerOpener, signal?: AbortSignal): Promise<Names[]> {
  const names: Names[] = [];
  for await (const { path, type, link } of open(signal))
    names.push({ path, type, ...(link !== undefined && { link }) });
  return names;
}

/** Whether each entry's folder is an earlier entry of the same layer, so that it is a folder whatever lies below. */
function bringsItsFolders(names: readonly Names[]): boolean {
  const folders = new Set([""]);
  for (const { path, type } of names) {
    if (path === "") continue;
    if (!folders.has(path.slice(0, Math.max(path.lastIndexOf("/"), 0)))) return false;
    if (type === "directory") folders.add(path);
    else if (folders.has(path)) return false;
  }
  return true;
}

function lookInto<Found>(
  layers: readonly (readonly Names[])[],
  lowest: number,
  { where, whiteouts }: Pick<Inside, "where" | "whiteouts">,
  look: (tree: RootTree) => Found | undefined,
): Found | undefined {
  const tree = new RootTree(where, whiteouts);
  try {
    for (const [at, names] of layers.entries())
      for (const [index, name] of names.entries())
        tree.apply({ ...bare, ...name }, { layer: lowest + at, index });
    return look(tree);
  } catch (cause) {
    // A hardlink may be to a file of a layer that was not read yet.
    if (lowest > 0 && cause instanceof TareError) return undefined;
    throw cause;
  }
}

const bare = { mode: 0, uid: 0, gid: 0, uname: "", gname: "", size: 0, mtime: 0 } as const;

/** What stands at a path; a symlink at its very end is followed when asked for, or when the path ends in a slash. */
export function nodeAt(tree: RootTree, path: string, followLast: boolean): Node | undefined {
  return tree.resolve(path, followLast || path.endsWith("/"));
}
