import { byText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";
import { containedPath } from "../formats/tar/path.ts";
import { type Node, pathOf } from "../images/root-tree.ts";
import type { Entry, EntryHeader } from "../model/entry.ts";
import { type Extracted, type ExtractOptions, extractTree } from "./extract-tree.ts";
import type { Inside, Part } from "./inside.ts";
import { nodeAt, searchDown } from "./search.ts";
import { selectionOf } from "./selection.ts";

/**
 * Entries of the root, sorted by path; with `path` that file, or that folder and all below it. Symlinks on the way are
 * followed inside the root, one at the end is not, unless the path ends in a slash.
 * @throws NO_FILE when there is no such path, BAD_ARCHIVE, DIGEST_MISMATCH
 */
export async function listFiles(
  inside: Inside,
  path?: string,
  signal?: AbortSignal,
): Promise<readonly EntryHeader[]> {
  const part = path === undefined ? undefined : await partAt(inside, [path], signal);
  const selection = selectionOf(part?.paths ?? [""]);
  const headers: EntryHeader[] = [];
  for await (const { content: _, ...header } of inside.entries(signal, part))
    if (selection.has(header.path)) headers.push(header);
  return headers.sort((a, b) => byText(a.path, b.path));
}

/**
 * Entries of one layer as they stand, in its own order, whiteouts among them; with `path` only those at it and below.
 * @param layer its place, from 0 for the lowest
 */
export async function listLayer(
  { layers }: Inside,
  layer: number,
  path = "",
  signal?: AbortSignal,
): Promise<readonly EntryHeader[]> {
  const selection = selectionOf([containedPath(path, path)]);
  const headers: EntryHeader[] = [];
  for await (const { content: _, ...header } of layers[layer]?.(signal) ?? [])
    if (selection.has(header.path)) headers.push(header);
  return headers;
}

/**
 * Hands the file at a path to `use`, symlinks followed inside the root. What `use` makes of it holds only once this
 * returns: then the layer has been verified to its end.
 * @throws NO_FILE, UNREADABLE for what is no file, BAD_ARCHIVE, DIGEST_MISMATCH, whatever `use` throws
 */
export async function withFile<Value>(
  inside: Inside,
  path: string,
  use: (file: Entry) => Promise<Value>,
  signal?: AbortSignal,
): Promise<Value> {
  const { layers, where } = inside;
  const found = await searchDown(inside, (tree) => nodeAt(tree, path, true), signal);
  if (found === undefined) throw noFile(path, where);
  const refuse = (what: string) =>
    new TareError({
      code: "UNREADABLE",
      file: `/${pathOf(found.found)} in ${where}`,
      why: `it is a ${what}`,
    });
  if (found.found.kind === "folder") throw refuse("folder");
  const { source } = found.found.inode;
  let made: { readonly value: Value } | undefined;
  let index = -1;
  for await (const entry of layers[source.layer]?.(signal) ?? []) {
    index += 1;
    if (index !== source.index) continue;
    if (entry.type !== "file") throw refuse(entry.type === "fifo" ? "pipe" : "device");
    made = { value: await use(entry) };
  }
  if (made === undefined) throw noFile(path, where);
  return made.value;
}

/**
 * Extracts everything, or the files and folders at some paths, with the folders that lead to them.
 * @throws NO_FILE when one of the paths is not there (nothing is written then), and what {@link extractTree} throws
 */
export async function extractFiles(
  inside: Inside,
  paths: readonly string[],
  folder: string,
  options: Omit<ExtractOptions, "where">,
): Promise<Extracted> {
  const { signal } = options;
  const part = paths.length === 0 ? undefined : await partAt(inside, paths, signal);
  return extractTree(inside.entries(signal, part), folder, { ...options, where: inside.where });
}

/** The real paths of what stands at some paths, and how far down it must be read. */
async function partAt(inside: Inside, paths: readonly string[], signal?: AbortSignal): Promise<Part> {
  let missing = "";
  const found = await searchDown(
    inside,
    (tree) => {
      const nodes: Node[] = [];
      for (const path of paths) {
        const node = nodeAt(tree, path, false);
        if (node === undefined) missing = path;
        else nodes.push(node);
      }
      return nodes.length === paths.length ? nodes : undefined;
    },
    signal,
  );
  if (found === undefined) throw noFile(missing, inside.where);
  // Lower layers may bring more of a folder.
  const lowest = found.found.some(({ kind }) => kind === "folder") ? 0 : found.lowest;
  return { paths: found.found.map(pathOf), lowest };
}

function noFile(path: string, where: string): TareError {
  const todo = "`tare ls` shows what there is";
  return new TareError({ code: "NO_FILE", file: `${path.replace(/^\/*/, "/")} in ${where}`, todo });
}
