import { type Bytes, concatenate } from "../bytes/bytes.ts";
import { byText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";
import { encodeEntry } from "../formats/tar/encode.ts";
import { type FolderNode, type LeafNode, type Node, pathOf } from "../images/root-tree.ts";
import { isWhiteout, whiteoutWhy } from "../layers/whiteout.ts";
import type { Entry, EntryHeader } from "../model/entry.ts";
import type { Bundle, FileContent } from "./file-content.ts";
import { headerOf, type Placed, type StageRoot } from "./stage-root.ts";

/** Numbers of an owner. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const rootOwner: Owner = { uid: 0, gid: 0 };

/** An entry of the layer, with what it was when it was planned. */
interface Line extends Placed {
  readonly planned: number | undefined;
}

/** What one instruction puts over a stage's root. The root shows it at once; the layer's bytes come at the end. */
export class LayerPlan {
  readonly #root: StageRoot;
  readonly #layer: number;
  readonly #mtime: number;
  readonly #latest: number | undefined;
  #planned = 0;

  /** @param mtime of folders that nobody describes, in seconds; no entry is younger than `latest` */
  constructor(root: StageRoot, mtime: number, latest: number | undefined) {
    this.#root = root;
    this.#layer = root.openLayer();
    this.#mtime = mtime;
    this.#latest = latest;
  }

  get isEmpty(): boolean {
    return this.#planned === 0;
  }

  /** The real path of a folder, made with all that is missing on the way to it. @throws BAD_FILE */
  folder(path: string, owner: Owner = rootOwner): string {
    const { node, missing } = this.#root.lookUp(path);
    if (node.kind === "leaf") throw bad(pathOf(node), "the image has a file there, where a folder should be");
    let at = pathOf(node);
    for (const name of missing) {
      at = at === "" ? name : `${at}/${name}`;
      this.put(
        {
          path: at,
          type: "directory",
          mode: 0o755,
          ...owner,
          uname: "",
          gname: "",
          size: 0,
          mtime: this.#mtime,
        },
        { open: () => new Uint8Array(0) },
      );
    }
    return at;
  }

  /** Puts an entry at its path, whose folders are there and no links. @throws BAD_FILE */
  put(header: EntryHeader, content: FileContent): void {
    if (isWhiteout(header.path)) throw bad(header.path, `it ${whiteoutWhy}`);
    const { mtime } = header;
    const late = this.#latest !== undefined && mtime >= this.#latest;
    const { nanoseconds: _, ...whole } = header;
    this.#root.place({ header: late ? { ...whole, mtime: this.#latest as number } : header, content });
    this.#planned += 1;
  }

  /** What a path leads to, links followed. */
  lookUp(path: string): Node | undefined {
    const { node, missing } = this.#root.lookUp(path);
    return missing.length === 0 ? node : undefined;
  }

  /** Where a path leads, with the names that are not there yet. */
  realPath(path: string): string {
    const { node, missing } = this.#root.lookUp(path);
    return [pathOf(node), ...missing].filter((part) => part !== "").join("/");
  }

  /** What is at a path whose folders are no links. */
  at(path: string): Node | undefined {
    const slash = path.lastIndexOf("/");
    const { node, missing } = this.#root.lookUp(path.slice(0, Math.max(0, slash)));
    return missing.length === 0 && node.kind === "folder"
      ? node.children.get(path.slice(slash + 1))
      : undefined;
  }

  /** The layer's entries as tar bytes without the end of the archive, and where each ended up. */
  finish(): {
    readonly segment: (signal?: AbortSignal) => Bytes;
    readonly positions: ReadonlyMap<number, number>;
  } {
    const lines = this.#lines();
    const positions = new Map<number, number>();
    for (const [position, { planned }] of lines.entries())
      if (planned !== undefined) positions.set(planned, position);
    return { positions, segment: (signal) => bytesOf(lines, signal) };
  }

  /** Folders first, then what is at hand, then one bundle after another, each in its own order, then hardlinks. */
  #lines(): Line[] {
    const folders: Line[] = [];
    const open: Line[] = [];
    const bundled = new Map<Bundle, { readonly index: number; readonly line: Line }[]>();
    const links: Line[] = [];
    const visit = (node: FolderNode): boolean => {
      const own = node.layer === this.#layer && node.spot?.layer === this.#layer;
      const line: Line = {
        header: headerOf(node),
        content: { open: () => new Uint8Array(0) },
        planned: own ? node.spot?.index : undefined,
      };
      const at = folders.push(line);
      let used = own;
      for (const child of node.children.values())
        if (child.kind === "folder") used = visit(child) || used;
        else if (child.layer === this.#layer) {
          used = true;
          this.#addLeaf(child, open, bundled, links);
        }
      if (!used) folders.splice(at - 1, 1);
      return used;
    };
    visit(this.#root.tree.root);
    const byPath = (a: Line, b: Line) => byText(a.header.path, b.header.path);
    const inBundles = [...bundled.values()].flatMap(inRounds);
    const stated = folders.filter(({ header, planned }) => header.path !== "" || planned !== undefined);
    return [...stated.sort(byPath), ...open.sort(byPath), ...inBundles, ...links.sort(byPath)];
  }

  #addLeaf(
    node: LeafNode,
    open: Line[],
    bundled: Map<Bundle, { readonly index: number; readonly line: Line }[]>,
    links: Line[],
  ): void {
    const { header, content } = this.#root.placedAt(node);
    const first = node.inode.names.values().next().value as LeafNode;
    const path = pathOf(node);
    if (first !== node) {
      const { xattrs: _, ...plain } = header;
      const link = { ...plain, path, type: "hardlink", size: 0, link: pathOf(first) } as const;
      links.push({ header: link, content: { open: () => new Uint8Array(0) }, planned: undefined });
      return;
    }
    const line: Line = { header: { ...header, path }, content, planned: node.inode.source.index };
    if ("open" in content) open.push(line);
    else {
      const there = bundled.get(content.bundle) ?? [];
      there.push({ index: content.index, line });
      bundled.set(content.bundle, there);
    }
  }
}

/** Each entry of a bundle once and in its order; those that stand for a second file in another reading, and so on. */
function inRounds(some: readonly { readonly index: number; readonly line: Line }[]): Line[] {
  const rounds: { readonly index: number; readonly line: Line }[][] = [];
  const times = new Map<number, number>();
  for (const one of some) {
    const time = times.get(one.index) ?? 0;
    times.set(one.index, time + 1);
    rounds[time] ??= [];
    rounds[time].push(one);
  }
  return rounds.flatMap((round) => round.sort((a, b) => a.index - b.index).map(({ line }) => line));
}

function bytesOf(lines: readonly Line[], signal: AbortSignal | undefined): Bytes {
  const groups: (() => Bytes)[] = [];
  for (let at = 0; at < lines.length; ) {
    const first = lines[at] as Line;
    if ("open" in first.content) {
      const { open } = first.content;
      groups.push(() => encodeEntry({ ...first.header, content: open() }));
      at += 1;
      continue;
    }
    const { bundle } = first.content;
    const same: Line[] = [];
    let before = -1;
    for (; at < lines.length; at += 1) {
      const line = lines[at] as Line;
      if (!("bundle" in line.content) || line.content.bundle !== bundle || line.content.index <= before)
        break;
      before = line.content.index;
      same.push(line);
    }
    groups.push(() => fromBundle(bundle, same, signal));
  }
  return concatenate(groups);
}

/**
 * `lines` are in the bundle's order, each for another entry. The bundle is read to its end: it speaks of what is wrong
 * with it only then.
 */
async function* fromBundle(bundle: Bundle, lines: readonly Line[], signal: AbortSignal | undefined): Bytes {
  let next = 0;
  let index = 0;
  for await (const entry of bundle.entries(signal)) {
    const line = lines[next];
    if (line !== undefined && "bundle" in line.content && line.content.index === index) {
      yield* encodeEntry({ ...line.header, content: entry.content } satisfies Entry);
      next += 1;
    }
    index += 1;
  }
  const missing = lines[next];
  if (missing !== undefined) throw bad(missing.header.path, "what it comes from changed while it was read");
}

function bad(path: string, why: string): TareError {
  return new TareError({ code: "BAD_FILE", file: `/${path}`, why });
}
