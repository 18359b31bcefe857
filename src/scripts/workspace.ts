import { byText, decodeText, encodeText } from "../bytes/text.ts";
import type { EntryHeader } from "../model/entry.ts";
import type { GeneratedEntry, PlacedEntry, RootView } from "../model/rootfs.ts";
import { globPattern } from "../rootfs/glob.ts";
import { realPath } from "../rootfs/resolve.ts";

/** One thing in the tree that scripts work on. */
export interface Node extends Omit<EntryHeader, "uname" | "gname" | "size"> {
  /** Undefined for a file whose content nobody kept, and for what is not a file. */
  readonly content?: Uint8Array;
  /** Bytes; as the package says where the content is not at hand. */
  readonly size: number;
}

export interface Ownership {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: number;
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

/** What a workspace throws that is to hold more than any honest packages need. */
export class TooMuch extends RangeError {}

const MAX_CHANGES = 200_000;
/** PATH_MAX of Linux. */
const MAX_PATH = 4096;
const MAX_FOUND = 20_000;

/**
 * A tree that scripts may change: a root, and over it what was written since. Paths may be absolute or not, and are
 * taken from the root; links in directories are followed. Nothing touches the disk.
 */
export class Workspace {
  readonly #root: RootView;
  /** Seconds since the epoch: the mtime of whatever is made here. */
  readonly timestamp: number;
  #changes = new Map<string, Node | undefined>();
  #added = new Map<string, Set<string>>();
  #namesInRoot: ReadonlyMap<string, readonly string[]> | undefined;
  /** Real paths that changed since `givingWay` was called. */
  #touched: Set<string> | undefined;
  /** Where relative paths begin, absolute. */
  directory = "/";
  /** Counts changes, so that a reader can tell whether a piece of script did anything. */
  version = 0;

  constructor(root: RootView, timestamp: number) {
    this.#root = root;
    this.timestamp = timestamp;
  }

  /** By its real path; links are not followed. */
  get(path: string): Node | undefined {
    if (path === "") return rootDirectory;
    if (this.#changes.has(path)) return this.#changes.get(path);
    let entry = this.#root.get(path);
    for (let links = 0; entry?.type === "hardlink" && links < 10; links += 1)
      entry = this.#root.get(entry.link ?? "");
    if (!entry) return undefined;
    const content =
      entry.type === "file"
        ? entry.size === 0
          ? new Uint8Array(0)
          : this.#root.read(entry.path)
        : undefined;
    const { owner: _owner, elf: _elf, uname: _uname, gname: _gname, ...rest } = entry;
    return { ...rest, path, ...(content ? { content } : {}) };
  }

  /** What stands at a path; its own last link is not followed (lstat). */
  lookup(path: string): Node | undefined {
    const real = this.real(path, false);
    return real === undefined ? undefined : this.get(real);
  }

  /** What a path leads to (stat). */
  resolve(path: string): Node | undefined {
    const real = this.real(path, true);
    return real === undefined ? undefined : this.get(real);
  }

  real(path: string, followLast: boolean): string | undefined {
    if (path === "" || path.length > MAX_PATH) return undefined;
    return realPath(this, path.startsWith("/") ? path : `${this.directory}/${path}`, followLast);
  }

  /** A file's text; undefined when it is no file or its content is not at hand. */
  text(path: string): string | undefined {
    const node = this.resolve(path);
    return node?.content ? decodeText(node.content) : undefined;
  }

  /** Names in a directory, sorted. */
  list(path: string): string[] {
    const real = this.real(path, true);
    if (real === undefined || this.get(real)?.type !== "directory") return [];
    const names = new Set<string>(this.#added.get(real));
    for (const name of this.#rootNames().get(real) ?? []) names.add(name);
    const prefix = real === "" ? "" : `${real}/`;
    return [...names].filter((name) => this.get(prefix + name) !== undefined).sort();
  }

  /** The names in each directory of the root, which does not change. */
  #rootNames(): ReadonlyMap<string, readonly string[]> {
    if (this.#namesInRoot) return this.#namesInRoot;
    const all = new Map<string, string[]>();
    for (const { path } of this.#root.under("")) {
      const cut = path.lastIndexOf("/");
      const folder = cut < 0 ? "" : path.slice(0, cut);
      const names = all.get(folder);
      if (names) names.push(path.slice(cut + 1));
      else all.set(folder, [path.slice(cut + 1)]);
    }
    this.#namesInRoot = all;
    return all;
  }

  /** Paths that a pattern names, in the form in which it was spelled, sorted; none when nothing matches. */
  glob(pattern: string): string[] {
    let found = [pattern.startsWith("/") ? "" : "."];
    for (const segment of pattern.split("/").filter((part) => part !== "")) {
      const next: string[] = [];
      const wild = /[*?[]/.test(segment);
      const matches = globPattern(segment);
      for (const folder of found) {
        if (!wild) next.push(`${folder}/${segment}`);
        else for (const name of this.list(folder)) if (matches(name)) next.push(`${folder}/${name}`);
        if (next.length > MAX_FOUND) throw new TooMuch("a pattern fits too many paths");
      }
      found = next;
    }
    return found
      .filter((path) => this.lookup(path) !== undefined)
      .map((path) => (pattern.startsWith("/") ? path : path.replace(/^\.\//, "")));
  }

  /** Creates or replaces a file, following a link that stands there. False when its directory is not there. */
  write(path: string, content: string | Uint8Array, how: Ownership = {}): boolean {
    const real = this.real(path, true);
    const current = real === undefined ? undefined : this.get(real);
    if (real === undefined || current?.type === "directory" || !this.#hasParent(real)) return false;
    const bytes = typeof content === "string" ? encodeText(content) : content;
    this.#set(real, {
      path: real,
      type: "file",
      mode: how.mode ?? current?.mode ?? 0o644,
      uid: how.uid ?? current?.uid ?? 0,
      gid: how.gid ?? current?.gid ?? 0,
      mtime: how.mtime ?? this.timestamp,
      size: bytes.length,
      content: bytes,
    });
    return true;
  }

  /** False when something else stands there or its parent is missing. `parents` makes those, too. */
  makeDirectory(path: string, parents: boolean, how: Ownership = {}): boolean {
    const real = this.real(path, true);
    if (real === undefined) return false;
    const current = this.get(real);
    if (current) return parents && current.type === "directory";
    // A link that leads nowhere stays in the way.
    if (this.lookup(path)) return false;
    if (!this.#hasParent(real)) {
      const slash = real.lastIndexOf("/");
      if (!parents || !this.makeDirectory(`/${real.slice(0, Math.max(slash, 0))}`, true)) return false;
    }
    this.#set(real, {
      path: real,
      type: "directory",
      mode: how.mode ?? 0o755,
      uid: how.uid ?? 0,
      gid: how.gid ?? 0,
      mtime: how.mtime ?? this.timestamp,
      size: 0,
    });
    return true;
  }

  /** Makes a symlink; false when something stands there or its directory is missing. */
  symlink(path: string, link: string, mtime?: number): boolean {
    const real = this.real(path, false);
    if (real === undefined || this.get(real) || !this.#hasParent(real)) return false;
    const node = { path: real, type: "symlink", mode: 0o777, uid: 0, gid: 0, size: 0, link } as const;
    this.#set(real, { ...node, mtime: mtime ?? this.timestamp });
    return true;
  }

  /** Changes what a path leads to, or the path itself if it is a link and `followLast` is false. */
  change(path: string, how: Ownership, followLast = true): boolean {
    const node = followLast ? this.resolve(path) : this.lookup(path);
    if (!node || node.path === "") return false;
    if (Object.entries(how).every(([key, value]) => node[key as keyof Ownership] === value)) return true;
    this.#set(node.path, { ...node, ...how });
    return true;
  }

  /** Removes one file, link or empty directory. */
  remove(path: string): boolean {
    const real = this.real(path, false);
    const node = real === undefined ? undefined : this.get(real);
    if (real === undefined || !node || real === "") return false;
    if (node.type === "directory" && this.list(`/${real}`).length > 0) return false;
    this.#set(real, undefined);
    return true;
  }

  /** Puts a copy of a node, with everything that it says of itself, at another path. */
  place(path: string, node: Node): boolean {
    const real = this.real(path, false);
    if (real === undefined || this.get(real)?.type === "directory" || !this.#hasParent(real)) return false;
    this.#set(real, { ...node, path: real });
    return true;
  }

  /** Afterwards, what the root has is there again wherever `use` changed something and `wins` says so of the real path. */
  givingWay<Result>(use: () => Result, wins: (path: string) => boolean): Result {
    const touched = new Set<string>();
    this.#touched = touched;
    const result = use();
    this.#touched = undefined;
    for (const path of [...touched].filter(wins)) this.#changes.delete(path);
    return result;
  }

  /** The package that brought a path; by its real path. */
  ownerOf(path: string): string | undefined {
    return nameOf(this.#root.get(path)?.owner);
  }

  /** Paths that a package brought, sorted. */
  pathsOf(name: string): string[] {
    return [...this.#root.under("")].filter(({ owner }) => nameOf(owner) === name).map(({ path }) => path);
  }

  /** The tree as it is now, as a root. */
  view(): RootView {
    const placed = (node: Node): PlacedEntry => ({ ...node, uname: "", gname: "", owner: undefined });
    const changes = this.#changes;
    const root = this.#root;
    return {
      get: (path) => {
        if (!changes.has(path)) return root.get(path);
        const node = changes.get(path);
        return node && placed(node);
      },
      *under(directory) {
        const prefix = directory === "" ? "" : `${directory}/`;
        const below = [...changes].filter(([path]) => path.startsWith(prefix) && path !== directory);
        if (below.length === 0) yield* root.under(directory);
        else {
          const entries = new Map([...root.under(directory)].map((entry) => [entry.path, entry] as const));
          for (const [path, node] of below) {
            if (node) entries.set(path, placed(node));
            else entries.delete(path);
          }
          yield* [...entries.values()].sort((a, b) => byText(a.path, b.path));
        }
      },
      read: (path) => this.resolve(path)?.content,
    };
  }

  /** Whether a path of a package was removed and nothing took its place. */
  removed(): string[] {
    return [...this.#changes]
      .filter(([path, node]) => !node && this.#root.get(path))
      .map(([path]) => path)
      .sort();
  }

  /** Files that were changed but whose content is not at hand, so that they cannot be made again. */
  unmade(): string[] {
    return [...this.#changes]
      .filter(([, node]) => node?.type === "file" && node.content === undefined)
      .map(([path]) => path)
      .sort();
  }

  /** Everything that differs from the root, sorted by path. */
  entries(nameOf: (kind: "user" | "group", id: number) => string): GeneratedEntry[] {
    const entries: GeneratedEntry[] = [];
    for (const [path, node] of this.#changes) {
      if (!node || (node.type === "file" && node.content === undefined)) continue;
      const { content, ...rest } = node;
      entries.push({
        ...rest,
        path,
        uname: nameOf("user", node.uid),
        gname: nameOf("group", node.gid),
        content: content ?? new Uint8Array(0),
      });
    }
    return entries.sort((a, b) => byText(a.path, b.path));
  }

  snapshot(): () => void {
    const changes = new Map(this.#changes);
    const added = new Map([...this.#added].map(([path, names]) => [path, new Set(names)] as const));
    const version = this.version;
    return () => {
      this.#changes = changes;
      this.#added = added;
      this.version = version;
    };
  }

  #hasParent(real: string): boolean {
    const slash = real.lastIndexOf("/");
    return slash < 0 || this.get(real.slice(0, slash))?.type === "directory";
  }

  #set(real: string, node: Node | undefined): void {
    if (this.#changes.size >= MAX_CHANGES && !this.#changes.has(real)) throw new TooMuch("too many changes");
    this.#changes.set(real, node);
    this.#touched?.add(real);
    this.version += 1;
    const slash = real.lastIndexOf("/");
    const folder = real.slice(0, Math.max(slash, 0));
    const names = this.#added.get(folder) ?? new Set();
    names.add(real.slice(slash + 1));
    this.#added.set(folder, names);
  }
}

const rootDirectory: Node = { path: "", type: "directory", mode: 0o755, uid: 0, gid: 0, mtime: 0, size: 0 };

/** Owners may be told with their architecture: `libc6:amd64`. */
function nameOf(owner: string | undefined): string | undefined {
  return owner?.replace(/:.*$/, "");
}
