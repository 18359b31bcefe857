import { byText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";
import type { PlacedEntry, RootView } from "../model/rootfs.ts";
import type { DirectoryAlias, FactEntry } from "../model/segment.ts";
import type { Verdict } from "../model/source.ts";
import { realPath, resolvePath } from "./resolve.ts";

/** One package's entries, ready to be placed. */
export interface Piece {
  /** Unique in the composition: `libc6`, `libc6:i386`. */
  readonly id: string;
  readonly entries: readonly FactEntry[];
}

/** Who keeps a path that two packages bring: the earlier piece, the later one, or nobody knows. */
export type Arbiter = (path: string, earlier: string, later: string) => Verdict;

/** What has to change in a piece before it fits: it is cut again under a policy with these. */
export interface Adjustment {
  /** Paths that another piece keeps. */
  readonly omit: readonly string[];
  /** Links of other pieces that it puts files below. */
  readonly aliases: readonly DirectoryAlias[];
}

export interface Composition {
  readonly view: RootView;
  /** By piece id; only those that need one. Empty when everything fits as it is. */
  readonly adjustments: ReadonlyMap<string, Adjustment>;
}

/**
 * Places the pieces in order. A directory may be brought by many: the first one's attributes stand. Any other path
 * belongs to one piece, and the arbiter decides between two.
 * @throws FILE_CONFLICT, BAD_ARCHIVE for a package that conflicts with itself
 */
export function compose(pieces: readonly Piece[], arbiter: Arbiter): Composition {
  const placed = new Map<string, Placed>();
  const view = viewOf(placed);
  const omit = new Map<string, string[]>();
  const drop = (id: string, path: string) => {
    const paths = omit.get(id) ?? [];
    paths.push(path);
    omit.set(id, paths);
  };
  for (const { id, entries } of pieces) {
    for (const entry of entries) {
      const there = placed.get(entry.path);
      if (there === undefined) placed.set(entry.path, { entry, owner: id });
      else if (there.entry.type === "directory" && entry.type === "directory") continue;
      else if (leadsToDirectory(there.entry, entry, view) || leadsToDirectory(entry, there.entry, view)) {
        // dpkg keeps a link to a directory where a package brings the directory, whichever came first.
        if (there.entry.type === "directory") placed.set(entry.path, { entry, owner: id });
      } else {
        if (there.owner === id) throw twice(entry.path, id);
        const keeper = arbiter(entry.path, there.owner, id);
        if (keeper === "conflict")
          throw new TareError({ code: "FILE_CONFLICT", path: entry.path, first: there.owner, second: id });
        drop(keeper === "earlier" ? id : there.owner, entry.path);
        if (keeper === "later") placed.set(entry.path, { entry, owner: id });
      }
    }
  }
  return { view, adjustments: adjustmentsFor(pieces, placed, view, omit) };
}

function twice(path: string, id: string): TareError {
  const why = `it brings /${path} twice`;
  return new TareError({ code: "BAD_ARCHIVE", format: "package", where: id, why });
}

interface Placed {
  readonly entry: FactEntry;
  readonly owner: string;
}

function leadsToDirectory(link: FactEntry, other: FactEntry, view: RootView): boolean {
  if (link.type !== "symlink" || other.type !== "directory") return false;
  const target = resolvePath(view, `${parentOf(link.path)}/${link.link}`);
  return target === undefined || target.type === "directory";
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/**
 * Pieces that put something below a link of another piece, or of their own, need that link as an alias.
 * @throws FILE_CONFLICT for a path below a file, or below a link that leads to none
 */
function adjustmentsFor(
  pieces: readonly Piece[],
  placed: ReadonlyMap<string, Placed>,
  view: RootView,
  omit: ReadonlyMap<string, readonly string[]>,
): Map<string, Adjustment> {
  const links = linksIn(placed, view);
  const ways = new Map<string, Way>();
  const adjustments = new Map<string, Adjustment>();
  for (const { id, entries } of pieces) {
    const omitted = omit.get(id) ?? [];
    const gone = new Set(omitted);
    const aliases = new Set<DirectoryAlias>();
    for (const entry of entries) {
      const self = entry.type === "directory" ? links.get(entry.path) : undefined;
      if (self !== undefined) aliases.add(self);
      const { through, blocked } = wayTo(parentOf(entry.path), placed, links, ways);
      for (const link of through) aliases.add(link);
      if (blocked !== undefined && !gone.has(entry.path)) throw notBelow(entry.path, id, blocked);
    }
    if (aliases.size + omitted.length > 0)
      adjustments.set(id, {
        omit: [...omitted].sort(byText),
        aliases: [...aliases].sort((a, b) => byText(a.from, b.from)),
      });
  }
  return adjustments;
}

/** Every link that leads to a directory, or to where one could be made. */
function linksIn(placed: ReadonlyMap<string, Placed>, view: RootView): Map<string, DirectoryAlias> {
  const links = new Map<string, DirectoryAlias>();
  for (const { entry } of placed.values()) {
    if (entry.type !== "symlink") continue;
    const to = realPath(view, entry.path, true);
    const there = to === undefined ? undefined : view.get(to);
    if (to !== undefined && (there === undefined || there.type === "directory"))
      links.set(entry.path, { from: entry.path, to });
  }
  return links;
}

/** The links on the way to a directory, and what on it is neither directory nor link to one. */
interface Way {
  readonly through: readonly DirectoryAlias[];
  readonly blocked?: Placed;
}

const open: Way = { through: [] };

/** Remembers every directory in `known`: thousands of entries share a few of them. */
function wayTo(
  directory: string,
  placed: ReadonlyMap<string, Placed>,
  links: ReadonlyMap<string, DirectoryAlias>,
  known: Map<string, Way>,
): Way {
  if (directory === "") return open;
  const before = known.get(directory);
  if (before !== undefined) return before;
  const parent = wayTo(parentOf(directory), placed, links, known);
  const link = links.get(directory);
  const there = placed.get(directory);
  let way = parent;
  if (link !== undefined) way = { ...parent, through: [...parent.through, link] };
  else if (there !== undefined && there.entry.type !== "directory" && parent.blocked === undefined)
    way = { ...parent, blocked: there };
  known.set(directory, way);
  return way;
}

function notBelow(path: string, id: string, { entry, owner }: Placed): TareError {
  if (owner !== id)
    return new TareError({ code: "FILE_CONFLICT", path: entry.path, first: owner, second: id });
  const why = `it puts /${path} below /${entry.path}, which is no directory`;
  return new TareError({ code: "BAD_ARCHIVE", format: "package", where: id, why });
}

function viewOf(placed: ReadonlyMap<string, Placed>): RootView {
  // Maintainer scripts look at the same few thousand paths again and again.
  const seen = new Map<Placed, PlacedEntry>();
  const asPlaced = (there: Placed): PlacedEntry => {
    const known = seen.get(there);
    if (known !== undefined) return known;
    const { captured: _, ...header } = there.entry;
    const entry = { ...header, owner: there.owner };
    seen.set(there, entry);
    return entry;
  };
  let sorted: string[] | undefined;
  return {
    get(path) {
      const there = placed.get(path);
      return there && asPlaced(there);
    },
    *under(directory) {
      sorted ??= [...placed.keys()].sort(byText);
      const prefix = directory === "" ? "" : `${directory}/`;
      for (let at = lowerBound(sorted, prefix); at < sorted.length; at += 1) {
        const path = sorted[at] as string;
        if (!path.startsWith(prefix)) return;
        if (path !== "") yield asPlaced(placed.get(path) as Placed);
      }
    },
    read(path) {
      const end = resolvePath(this, path)?.path;
      const file = end === undefined ? undefined : placed.get(end)?.entry;
      if (file?.captured !== undefined) return Buffer.from(file.captured, "base64");
      return file?.type === "file" && file.size === 0 ? new Uint8Array(0) : undefined;
    },
  };
}

function lowerBound(sorted: readonly string[], prefix: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < prefix) low = middle + 1;
    else high = middle;
  }
  return low;
}
