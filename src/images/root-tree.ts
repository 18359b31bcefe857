import { TareError } from "../errors.ts";
import type { EntryHeader } from "../model/entry.ts";

/** Where an entry stands: the layer, and the how-manieth entry of it. */
export interface Spot {
  readonly layer: number;
  readonly index: number;
}

/** A file, link, device or pipe, which may have several names. */
interface Inode {
  /** Where its content comes from. */
  readonly source: Spot;
  /** The names it has now, in the order in which they came. */
  readonly names: Set<LeafNode>;
}

interface NodeBase {
  readonly parent: FolderNode | undefined;
  readonly name: string;
  /** Where the winning entry stands; undefined for a folder that no entry speaks of. */
  spot: Spot | undefined;
  /** The layer that last placed it: whiteouts act on lower layers only. */
  layer: number;
}

export interface FolderNode extends NodeBase {
  readonly kind: "folder";
  header: EntryHeader | undefined;
  readonly children: Map<string, Node>;
}

export interface LeafNode extends NodeBase {
  readonly kind: "leaf";
  readonly inode: Inode;
  /** Where a symlink leads: other entries' paths may go through it. */
  readonly target: string | undefined;
}

export type Node = FolderNode | LeafNode;

const whiteoutPrefix = ".wh.";
const opaqueMarker = ".wh..wh..opq";
/** What aufs kept for itself has this prefix. */
const reservedPrefix = ".wh..wh.";
/** As Linux has them: symlinks in one path, and characters in one symlink. */
const linkLimit = 40;
const targetLimit = 4096;
/** Room for folders' attributes, which are held while layers are merged. */
const attributeLimit = 256 << 20;
const entryLimit = 2_000_000;

/**
 * A root filesystem while layers are applied to it, lowest first (image-spec, layer.md, "Applying Changesets").
 * Holds names and places, never content. Paths go through symlinks as an unpacking program's would, inside the root.
 * In one layer a later entry takes the place of an earlier one, whatever they are, as docker has it.
 */
export class RootTree {
  readonly root: FolderNode = folder(undefined, "", -1);
  readonly #where: string;
  readonly #whiteouts: boolean;
  #entries = 0;
  #attributes = 0;

  /**
   * @param where names it in sentences
   * @param whiteouts whether names that begin with `.wh.` hide files; in a tarball of a root they are files
   */
  constructor(where: string, whiteouts = true) {
    this.#where = where;
    this.#whiteouts = whiteouts;
  }

  /**
   * @throws BAD_ARCHIVE for a whiteout of nothing, a hardlink without a target, a loop of symlinks, a path below a file
   * of the same layer: what other programs do not unpack either
   */
  apply(entry: EntryHeader, spot: Spot): void {
    this.#entries += 1;
    if (this.#entries > entryLimit) throw this.#bad(`it has more than ${entryLimit} entries`);
    const slash = entry.path.lastIndexOf("/");
    const name = entry.path.slice(slash + 1);
    const parentPath = slash < 0 ? "" : entry.path.slice(0, slash);
    if (entry.path === "") this.#placeRoot(entry, spot);
    else if (this.#whiteouts && name.startsWith(whiteoutPrefix))
      this.#whiteout(parentPath, name, entry.path, spot.layer);
    else {
      const parent = this.#folderAt(parentPath, spot.layer, entry.path);
      if (entry.type === "directory") this.#placeFolder(parent, name, entry, spot);
      else this.#placeLeaf(parent, name, entry, spot);
    }
  }

  /**
   * What is at a path, symlinks followed inside the root, with `followLast` to the end; undefined when there is nothing.
   * @throws BAD_ARCHIVE for a loop of symlinks
   */
  resolve(path: string, followLast = true): Node | undefined {
    let at = path.replace(/\/+$/, "");
    for (let links = 0; links <= linkLimit; links += 1) {
      const slash = at.lastIndexOf("/");
      const name = at.slice(slash + 1);
      const parent = this.#find(at.slice(0, Math.max(slash, 0)));
      if (parent === undefined || name === "" || name === "." || name === "..") return this.#find(at);
      const there = parent.children.get(name);
      if (there?.kind !== "leaf" || there.target === undefined || !followLast) return there;
      const { target } = there;
      at = (target.startsWith("/") ? target : `${pathOf(parent)}/${target}`).replace(/\/+$/, "");
    }
    throw this.#bad(`${path} goes through too many symlinks`);
  }

  /**
   * Where the symlink stands that a path goes through and whose target is not there, as no unpacking program makes it;
   * undefined when there is none.
   * @throws BAD_ARCHIVE for a loop of symlinks
   */
  deadLink(path: string): string | undefined {
    let dead: LeafNode | undefined;
    this.#walk(path, (_parent, _name, link) => {
      dead = link;
      return undefined;
    });
    return dead && pathOf(dead);
  }

  #placeRoot(entry: EntryHeader, spot: Spot): void {
    if (entry.type !== "directory") throw this.#bad("its root is not a folder");
    this.#hold(this.root, entry, spot);
  }

  #placeFolder(parent: FolderNode, name: string, entry: EntryHeader, spot: Spot): void {
    const there = parent.children.get(name);
    const node = there?.kind === "folder" ? there : this.#newFolder(parent, name, spot.layer);
    this.#hold(node, entry, spot);
  }

  #hold(node: FolderNode, header: EntryHeader, spot: Spot): void {
    for (const value of header.xattrs?.values() ?? []) this.#attributes += value.byteLength;
    if (this.#attributes > attributeLimit) throw this.#bad("its folders have too many attributes");
    Object.assign(node, { header, spot, layer: spot.layer });
  }

  #placeLeaf(parent: FolderNode, name: string, entry: EntryHeader, spot: Spot): void {
    // The target is looked up first: a link to the name that it replaces keeps that file.
    const linked = entry.type === "hardlink" ? this.#linked(entry) : undefined;
    if (linked !== undefined && linked === parent.children.get(name)) return;
    this.#remove(parent, name);
    const node: LeafNode = {
      kind: "leaf",
      parent,
      name,
      spot,
      layer: spot.layer,
      inode: linked?.inode ?? { source: spot, names: new Set() },
      target: linked === undefined ? (entry.type === "symlink" ? entry.link : undefined) : linked.target,
    };
    node.inode.names.add(node);
    parent.children.set(name, node);
  }

  #linked(entry: EntryHeader): LeafNode {
    const link = entry.link ?? "";
    const slash = link.lastIndexOf("/");
    const parent = this.#find(slash < 0 ? "" : link.slice(0, slash));
    const target = parent?.children.get(link.slice(slash + 1));
    if (target?.kind !== "leaf")
      throw this.#bad(`${entry.path} is a hardlink to ${link}, and no file before it has that name`);
    return target;
  }

  #whiteout(parentPath: string, name: string, path: string, layer: number): void {
    const parent = this.#find(parentPath);
    if (name === opaqueMarker) {
      if (parent !== undefined)
        for (const child of [...parent.children.values()]) this.#removeLower(parent, child, layer);
      return;
    }
    if (name.startsWith(reservedPrefix)) return;
    const hidden = name.slice(whiteoutPrefix.length);
    if (hidden === "" || hidden === "." || hidden === "..") throw this.#bad(`${path} hides nothing`);
    const there = parent?.children.get(hidden);
    if (parent !== undefined && there !== undefined) this.#removeLower(parent, there, layer);
  }

  /** Removes what lower layers placed; what this layer placed stays, and the folders on the way to it. */
  #removeLower(parent: FolderNode, node: Node, layer: number): void {
    if (node.kind === "leaf") {
      if (node.layer < layer) this.#remove(parent, node.name);
      return;
    }
    for (const child of [...node.children.values()]) this.#removeLower(node, child, layer);
    if (node.layer === layer) return;
    if (node.children.size === 0) this.#remove(parent, node.name);
    else Object.assign(node, { header: undefined, spot: undefined });
  }

  #remove(parent: FolderNode, name: string): void {
    const node = parent.children.get(name);
    if (node === undefined) return;
    parent.children.delete(name);
    const doomed: Node[] = [node];
    for (let next = doomed.pop(); next !== undefined; next = doomed.pop())
      if (next.kind === "leaf") next.inode.names.delete(next);
      else for (const child of next.children.values()) doomed.push(child);
  }

  #newFolder(parent: FolderNode, name: string, layer: number): FolderNode {
    this.#remove(parent, name);
    const node = folder(parent, name, layer);
    parent.children.set(name, node);
    return node;
  }

  /** The folder at a path, made where it is missing, symlinks followed. `wanted` is what goes into it. */
  #folderAt(path: string, layer: number, wanted: string): FolderNode {
    const made = (parent: FolderNode, name: string) => {
      const there = parent.children.get(name);
      if (there?.layer === layer)
        throw this.#bad(`${wanted} lies below ${pathOf(there)}, which is no folder`);
      return this.#newFolder(parent, name, layer);
    };
    return this.#walk(path, made) as FolderNode;
  }

  /** The folder at a path, symlinks followed; undefined when there is none. */
  #find(path: string): FolderNode | undefined {
    return this.#walk(path, () => undefined);
  }

  /** @param missing hears of a name that is no folder, and of the symlink that it is a part of */
  #walk(
    path: string,
    missing: (parent: FolderNode, name: string, link: LeafNode | undefined) => FolderNode | undefined,
  ): FolderNode | undefined {
    let at = this.root;
    let links = 0;
    let link: LeafNode | undefined;
    const segments = path.split("/").reverse();
    /** How many of them are the path's own. */
    let own = segments.length;
    for (let name = segments.pop(); name !== undefined; name = segments.pop()) {
      if (name === "" || name === ".") continue;
      if (name === "..") {
        at = at.parent ?? this.root;
        continue;
      }
      const there = at.children.get(name);
      if (there?.kind === "folder") at = there;
      else if (there?.kind === "leaf" && there.target !== undefined) {
        links += 1;
        if (links > linkLimit || there.target.length > targetLimit)
          throw this.#bad(`${path} goes through too many symlinks`);
        if (there.target.startsWith("/")) at = this.root;
        if (segments.length < own) {
          link = there;
          own = segments.length;
        }
        segments.push(...there.target.split("/").reverse());
      } else {
        const made = missing(at, name, segments.length >= own ? link : undefined);
        if (made === undefined) return undefined;
        at = made;
      }
    }
    return at;
  }

  #bad(why: string): TareError {
    return new TareError({ code: "BAD_ARCHIVE", where: this.#where, why });
  }
}

function folder(parent: FolderNode | undefined, name: string, layer: number): FolderNode {
  return { kind: "folder", parent, name, spot: undefined, layer, header: undefined, children: new Map() };
}

export function pathOf(node: Node): string {
  let path = node.name;
  for (let at = node.parent; at?.parent !== undefined; at = at.parent) path = `${at.name}/${path}`;
  return path;
}
