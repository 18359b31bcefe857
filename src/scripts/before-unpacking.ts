import { byText } from "../bytes/text.ts";
import type { PlacedEntry, RootView } from "../model/rootfs.ts";
import { Workspace } from "./workspace.ts";

/** A package that comes into a root. */
interface Arriving {
  /** As `PlacedEntry.owner` names it. */
  readonly id: string;
  /** Real paths of the folders that it lists, where that is known: of several packages, a root names one as the owner. */
  readonly folders?: readonly string[];
  /** Whether it leaves what is there already, where it would bring this. */
  readonly spares?: (entry: PlacedEntry) => boolean;
}

/** A workspace in which what one package brings can be out of sight. */
export interface Stage {
  readonly workspace: Workspace;
  /**
   * While `use` runs, what nobody before that package brought is not there: scripts that run before a package is
   * unpacked come before its files. What `use` leaves in the place of a file of the package gives way to it.
   */
  before<Result>(id: string, use: () => Result): Result;
}

/**
 * Folders that no package lists are there, too, as soon as anything below them is. What comes with later packages is in
 * sight all the while: where packages need each other in a circle, no order is the only one.
 * @param packages in the order of their installation
 * @param timestamp seconds since the epoch: the mtime of whatever scripts make
 */
export function stageOf(root: RootView, packages: readonly Arriving[], timestamp: number): Stage {
  const places = new Map(packages.map(({ id }, at) => [id, at] as const));
  const placeOf = (owner: string | undefined) => (owner === undefined ? undefined : places.get(owner)) ?? -1;
  const firstWith = firstWithFolders(root, packages, placeOf);
  const implied = new Map<string, PlacedEntry>();
  for (const path of firstWith.keys())
    if (!root.get(path)) implied.set(path, { ...folder, path, mtime: timestamp });
  let coming: number | undefined;
  const view: RootView = {
    get(path) {
      const entry = root.get(path) ?? implied.get(path);
      if (entry === undefined || coming === undefined) return entry;
      return coming === (entry.type === "directory" ? firstWith.get(path) : placeOf(entry.owner))
        ? undefined
        : entry;
    },
    // Of everything all the same: a workspace takes names from it once, and asks `get` about each.
    under(directory) {
      const within = directory === "" ? "" : `${directory}/`;
      const more = [...implied.values()].filter(({ path }) => path.startsWith(within));
      if (more.length === 0) return root.under(directory);
      return [...root.under(directory), ...more].sort((a, b) => byText(a.path, b.path));
    },
    read: (path) => root.read(path),
  };
  const workspace = new Workspace(view, timestamp);

  /** Whether a package puts something at a path that a script changed, or below a folder that it took away. */
  const brings = ({ id, spares }: Arriving, path: string): boolean => {
    const entry = root.get(path);
    if (entry?.owner === id) return spares?.(entry) !== true;
    if (!firstWith.has(path) || workspace.get(path)) return false;
    for (const { owner } of root.under(path)) if (owner === id) return true;
    return false;
  };

  return {
    workspace,
    before(id, use) {
      const at = places.get(id);
      const one = at === undefined ? undefined : packages[at];
      if (one === undefined) return use();
      coming = at;
      const result = workspace.givingWay(use, (path) => brings(one, path));
      coming = undefined;
      return result;
    },
  };
}

const folder = {
  type: "directory",
  mode: 0o755,
  uid: 0,
  gid: 0,
  uname: "",
  gname: "",
  size: 0,
  owner: undefined,
} as const;

/** Which package is the first to bring each folder, itself or something below it; -1 for what is of none of them. */
function firstWithFolders(
  root: RootView,
  packages: readonly Arriving[],
  placeOf: (owner: string | undefined) => number,
): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  const bring = (path: string, at: number) => {
    for (let here = path; here !== ""; here = here.slice(0, Math.max(here.lastIndexOf("/"), 0))) {
      const known = first.get(here);
      // Those above it are there as soon as it is.
      if (known !== undefined && known <= at) return;
      first.set(here, at);
    }
  };
  for (const { path, type, owner } of root.under(""))
    bring(type === "directory" ? path : path.slice(0, Math.max(path.lastIndexOf("/"), 0)), placeOf(owner));
  for (const [at, { folders = [] }] of packages.entries())
    for (const path of folders) if (root.get(path)?.type === "directory") bring(path, at);
  return first;
}
