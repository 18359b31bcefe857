import type { Bytes } from "../bytes/bytes.ts";
import { decompress } from "../bytes/compression/compression.ts";
import { verified } from "../bytes/digest.ts";
import { TareError } from "../errors.ts";
import { readTar } from "../formats/tar/decode.ts";
import type { Entry, EntryHeader } from "../model/entry.ts";
import type { Layer } from "../model/image.ts";
import { type FolderNode, type LeafNode, type Node, pathOf, RootTree } from "./root-tree.ts";

/** The entries of one layer, from its beginning, on every call. */
export type LayerOpener = (signal?: AbortSignal) => AsyncIterable<Entry>;

/**
 * The root filesystem that layers make together, as the entries of one tar, as {@link mergeEntries} gives them.
 * @param wanted which paths to give, with the folders that lead to them (default: all)
 * @throws BAD_ARCHIVE, DIGEST_MISMATCH when a layer is not what its diffID says
 */
export function flatten(
  layers: readonly Layer[],
  signal?: AbortSignal,
  wanted?: (path: string) => boolean,
): AsyncGenerator<Entry> {
  const openers = layers.map(
    (layer): LayerOpener =>
      (signal) =>
        layerEntries(layer, signal),
  );
  return mergeEntries(openers, { where: "The image", signal, wanted });
}

export interface MergeOptions {
  /** What the layers are of, for sentences. */
  readonly where: string;
  readonly signal?: AbortSignal | undefined;
  /** Which paths to give, with the folders that lead to them (default: all). */
  readonly wanted?: ((path: string) => boolean) | undefined;
  /** Whether names that begin with `.wh.` hide files (default), or are files. */
  readonly whiteouts?: boolean;
}

/**
 * What layers come to, lowest first: the winners in the order of the layers, folders before what is in them, a hardlink
 * after what it links to, each path once. A folder that no layer has an entry for gets mode 0755 and root as its owner.
 * Reads every layer twice, those that have nothing wanted once; holds names, not content. Read an entry's content before
 * asking for the next.
 * @throws BAD_ARCHIVE, whatever the layers throw
 */
export async function* mergeEntries(
  layers: readonly LayerOpener[],
  { where, signal, wanted, whiteouts }: MergeOptions,
): AsyncGenerator<Entry> {
  const tree = new RootTree(where, whiteouts);
  for (const [layer, open] of layers.entries()) {
    let index = 0;
    for await (const entry of open(signal)) {
      tree.apply(entry, { layer, index });
      index += 1;
    }
  }
  const choice = choiceOf(wanted);
  const winners = winnersOf(tree.root, layers.length, choice);
  const done = new Set<FolderNode>();
  if (tree.root.header !== undefined) yield folderEntry(tree.root, done);
  for (const [layer, open] of layers.entries()) {
    const here = winners[layer] as ReadonlyMap<number, Node>;
    if (here.size === 0) continue;
    let index = -1;
    for await (const entry of open(signal)) {
      index += 1;
      const node = here.get(index);
      if (node === undefined || (node.kind === "folder" && done.has(node))) continue;
      yield* missingParents(node, done);
      yield node.kind === "folder" ? folderEntry(node, done) : leafEntry(node, entry, choice);
    }
  }
  // What was in them is hidden, and no entry speaks of them: unpacked, they are there all the same.
  for (const node of foldersOf(tree.root))
    if (!done.has(node) && choice.isWanted(node)) {
      yield* missingParents(node, done);
      yield folderEntry(node, done);
    }
}

/**
 * The entries of one layer as they stand, whiteouts among them. The uncompressed tar is verified, to its last byte,
 * beside whatever the content verifies of itself. @throws BAD_ARCHIVE, DIGEST_MISMATCH
 */
export async function* layerEntries(layer: Layer, signal?: AbortSignal): AsyncGenerator<Entry> {
  const where = `layer ${layer.digest}`;
  const plain = decompress(layer.open(signal), where);
  const { uncompressedSize } = layer;
  const want = { digest: layer.diffId, ...(uncompressedSize !== undefined && { size: uncompressedSize }) };
  for await (const entry of readTar(abortable(verified(plain, want, `the tar of ${where}`), signal), where))
    yield entry;
}

async function* abortable(source: Bytes, signal: AbortSignal | undefined): Bytes {
  for await (const chunk of source) {
    signal?.throwIfAborted();
    yield chunk;
  }
}

/** For each layer, which of its entries are in the result and under what name. */
function winnersOf(
  root: FolderNode,
  layers: number,
  { isWanted, firstName }: Choice,
): readonly ReadonlyMap<number, Node>[] {
  const winners = Array.from({ length: layers }, () => new Map<number, Node>());
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === "folder") for (const child of node.children.values()) waiting.push(child);
    if (!isWanted(node)) continue;
    const spot = node.kind === "leaf" && firstName(node) === node ? node.inode.source : node.spot;
    if (spot !== undefined && node !== root) winners[spot.layer]?.set(spot.index, node);
  }
  return winners;
}

/** All folders below the root, each before those in it. */
function* foldersOf(root: FolderNode): Iterable<FolderNode> {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node !== root) yield node;
    for (const child of node.children.values()) if (child.kind === "folder") waiting.push(child);
  }
}

/** Which names are given, and which one of a file's carries its content; the others link to it. */
interface Choice {
  readonly isWanted: (node: Node) => boolean;
  /** Of a wanted node. */
  readonly firstName: (node: LeafNode) => LeafNode;
}

function choiceOf(wanted: ((path: string) => boolean) | undefined): Choice {
  const firsts = new Map<LeafNode["inode"], LeafNode>();
  const isWanted = (node: Node) => wanted === undefined || wanted(pathOf(node));
  const firstName = (node: LeafNode): LeafNode => {
    const known = firsts.get(node.inode);
    if (known !== undefined) return known;
    const [first = node] = node.inode.names.values().filter(isWanted);
    // A file of one name needs no note of it.
    if (node.inode.names.size > 1) firsts.set(node.inode, first);
    return first;
  };
  return { isWanted, firstName };
}

const implied = { mode: 0o755, uid: 0, gid: 0, uname: "", gname: "", size: 0, mtime: 0 } as const;

function folderEntry(node: FolderNode, done: Set<FolderNode>): Entry {
  done.add(node);
  const header: EntryHeader = { ...(node.header ?? implied), path: pathOf(node), type: "directory" };
  return { ...header, content: new Uint8Array(0) };
}

function* missingParents(node: Node, done: Set<FolderNode>): Iterable<Entry> {
  const missing: FolderNode[] = [];
  for (let at = node.parent; at?.parent !== undefined && !done.has(at); at = at.parent) missing.push(at);
  for (const folder of missing.reverse()) yield folderEntry(folder, done);
}

function leafEntry(node: LeafNode, entry: Entry, { firstName }: Choice): Entry {
  const path = pathOf(node);
  const first = firstName(node);
  if (first === node) {
    if (entry.type === "hardlink") throw changed(path);
    return { ...entry, path };
  }
  const { xattrs: _, ...plain } = entry;
  return { ...plain, path, type: "hardlink", link: pathOf(first), size: 0, content: new Uint8Array(0) };
}

/** The second reading must find what the first one did. */
function changed(path: string): TareError {
  return new TareError({
    code: "BAD_ARCHIVE",
    format: "layer",
    where: path,
    why: "the layer changed while it was read",
  });
}
