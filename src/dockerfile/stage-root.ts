import { byText } from "../bytes/text.ts";
import { layerEntries } from "../images/flatten.ts";
import { type FolderNode, type LeafNode, type Node, pathOf, RootTree } from "../images/root-tree.ts";
import type { EntryHeader } from "../model/entry.ts";
import type { Layer } from "../model/image.ts";
import { type FileContent, noContent } from "./file-content.ts";
import type { Source, SourceFile } from "./source.ts";

/** An entry of a layer, in the layer's order. */
export interface Placed {
  readonly header: EntryHeader;
  readonly content: FileContent;
}

/** What a stage's root is while its instructions are carried out: names and headers; contents stay in their layers. */
export class StageRoot {
  readonly tree: RootTree;
  /** By layer, then in the order in which they were placed. */
  readonly #placed: Placed[][] = [];
  readonly #where: string;

  constructor(where: string) {
    this.#where = where;
    this.tree = new RootTree(where);
  }

  /** Reads what an image's layers hold, each once. @throws BAD_ARCHIVE, DIGEST_MISMATCH */
  static async of(layers: readonly Layer[], where: string, signal: AbortSignal): Promise<StageRoot> {
    const root = new StageRoot(where);
    for (const layer of layers) {
      root.openLayer();
      const bundle = { entries: () => layerEntries(layer, signal) };
      let index = 0;
      for await (const { content: _, ...header } of layerEntries(layer, signal)) {
        root.place({ header, content: header.type === "file" ? { bundle, index } : noContent });
        index += 1;
      }
    }
    return root;
  }

  /** The same root, to go another way from here. */
  copy(): StageRoot {
    const root = new StageRoot(this.#where);
    for (const layer of this.#placed) {
      root.openLayer();
      for (const one of layer) root.place(one);
    }
    return root;
  }

  /** From here on entries belong to a new layer; its number. */
  openLayer(): number {
    return this.#placed.push([]) - 1;
  }

  /** Adds an entry to the newest layer, over what is there. */
  place(placed: Placed): void {
    const layer = this.#placed.length - 1;
    const entries = this.#placed[layer] as Placed[];
    this.tree.apply(placed.header, { layer, index: entries.length });
    entries.push(placed);
  }

  /** Says where the contents of the newest layer are now that it is sealed. */
  settle(contentOf: (index: number) => FileContent): void {
    const entries = this.#placed.at(-1) as Placed[];
    for (const [index, { header }] of entries.entries())
      entries[index] = { header, content: contentOf(index) };
  }

  /** The entry that has a leaf's metadata and content. */
  placedAt({ inode: { source } }: LeafNode): Placed {
    return this.#placed[source.layer]?.[source.index] as Placed;
  }

  /** Where a path leads, links followed; or how far, and the names that are missing from there on. */
  lookUp(path: string): Looked {
    const waiting = path.split("/").reverse();
    let at: Node = this.tree.root;
    let links = 0;
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (name === "" || name === ".") continue;
      if (at.kind === "leaf") return { node: at, missing: clean([name, ...waiting.reverse()]) };
      if (name === "..") {
        at = at.parent ?? this.tree.root;
        continue;
      }
      const there: Node | undefined = at.children.get(name);
      if (there === undefined) return { node: at, missing: clean([name, ...waiting.reverse()]) };
      if (there.kind === "leaf" && there.target !== undefined) {
        links += 1;
        if (links > linkLimit) return { node: there, missing: [] };
        if (there.target.startsWith("/")) at = this.tree.root;
        waiting.push(...there.target.split("/").reverse());
      } else at = there;
    }
    return { node: at, missing: [] };
  }

  /** The root as something to copy from. */
  source(name: string): Source {
    const find = (path: string): Node | undefined => {
      let at: Node | undefined = this.tree.root;
      for (const part of path === "" ? [] : path.split("/"))
        at = at?.kind === "folder" ? at.children.get(part) : undefined;
      return at;
    };
    return {
      name,
      stat: async (path) => {
        const node = find(path);
        return node === undefined ? undefined : this.#sourceFile(node, path);
      },
      list: async (path) => {
        const node = find(path);
        return node?.kind === "folder" ? [...node.children.keys()].sort(byText) : [];
      },
    };
  }

  #sourceFile(node: Node, path: string): SourceFile {
    if (node.kind === "folder") return { header: { ...headerOf(node), path }, content: noContent };
    const { header, content } = this.placedAt(node);
    const { source, names } = node.inode;
    const inode = names.size > 1 ? { inode: `${source.layer}:${source.index}` } : {};
    return { header: { ...header, path }, content, ...inode };
  }
}

/** As many as Linux follows in one path. */
const linkLimit = 40;

/** A leaf with names missing is a file where a folder should be. */
export interface Looked {
  readonly node: Node;
  readonly missing: readonly string[];
}

function clean(names: readonly string[]): string[] {
  const kept: string[] = [];
  for (const name of names)
    if (name === "..") kept.pop();
    else if (name !== "" && name !== ".") kept.push(name);
  return kept;
}

/** A folder that no entry speaks of is root's, and everybody may read it. */
const implied = {
  type: "directory",
  mode: 0o755,
  uid: 0,
  gid: 0,
  uname: "",
  gname: "",
  size: 0,
  mtime: 0,
} as const;

export function headerOf(node: FolderNode): EntryHeader {
  return { ...(node.header ?? implied), path: pathOf(node) };
}
