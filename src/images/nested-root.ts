import { TareError } from "../errors.ts";
import type { Entry, EntryHeader } from "../model/entry.ts";

/** Where ACIs and incus's images have their root. */
const rootPath = "rootfs";
const below = `${rootPath}/`;
const entryLimit = 2_000_000;

/** What a first reading of an archive with a root in it finds. */
export interface NestedRoot {
  readonly hasRoot: boolean;
  /** Of every hardlink, the first name of its file. Paths are relative to the root. */
  readonly links: ReadonlyMap<string, string>;
}

/**
 * Reads all entries; `beside` gets those that are not of the root. `format` and `where` name the archive in sentences.
 * @throws BAD_ARCHIVE for a path twice, hardlinks that lead out of the root or to nothing, and names that an image layer
 * would take for deletions; whatever `beside` throws
 */
export async function surveyRoot(
  entries: AsyncIterable<Entry>,
  format: string,
  where: string,
  beside: (entry: Entry) => Promise<void>,
): Promise<NestedRoot> {
  const bad = (why: string) => new TareError({ code: "BAD_ARCHIVE", format, where, why });
  const paths = new Set<string>();
  const leaves = new Set<string>();
  const links = new Map<string, string>();
  const firstName = ({ path, link = "" }: EntryHeader): string => {
    if (!link.startsWith(below) || !leaves.has(link))
      throw bad(`${path} is a hardlink to ${link}, which is no earlier file below ${rootPath}`);
    const target = link.slice(below.length);
    return links.get(target) ?? target;
  };
  for await (const entry of entries) {
    const { path, type } = entry;
    if (path === "") continue;
    if (paths.has(path)) throw bad(`it has ${path} twice`);
    if (paths.size >= entryLimit) throw bad(`it has more than ${entryLimit} files`);
    paths.add(path);
    if (path === rootPath) {
      if (type !== "directory") throw bad(`its ${rootPath} is not a folder`);
    } else if (!path.startsWith(below)) await beside(entry);
    else {
      // Such a file may be called so there; in a layer it would take another one away.
      if (path.slice(path.lastIndexOf("/") + 1).startsWith(".wh."))
        throw bad(`${path} would stand for a deletion in an image layer, which there are none of here`);
      if (type === "hardlink") links.set(path.slice(below.length), firstName(entry));
      if (type !== "directory") leaves.add(path);
    }
  }
  return { hasRoot: paths.has(rootPath), links };
}

/**
 * The entries of the root with paths relative to it, in their order; with `isKept`, those alone that it wants. A file of
 * several names of which the first is not wanted goes by one that is.
 */
export async function* rootEntriesOf(
  entries: AsyncIterable<Entry>,
  links: NestedRoot["links"],
  isKept: (path: string) => boolean = () => true,
): AsyncGenerator<Entry> {
  const carriers = new Map<string, string>();
  for (const [name, first] of links)
    if (!isKept(first) && isKept(name) && !carriers.has(first)) carriers.set(first, name);
  for await (const entry of entries) {
    if (entry.path === rootPath) yield { ...entry, path: "" };
    if (!entry.path.startsWith(below)) continue;
    const path = entry.path.slice(below.length);
    if (entry.type === "hardlink") {
      const first = links.get(path) ?? "";
      const link = carriers.get(first) ?? first;
      if (link !== path && isKept(path)) yield { ...entry, path, link };
    } else if (isKept(path)) yield { ...entry, path };
    else {
      const carrier = carriers.get(path);
      if (carrier !== undefined) yield { ...entry, path: carrier };
    }
  }
}

const plain = { uid: 0, gid: 0, uname: "", gname: "", mtime: 0 } as const;
const empty = new Uint8Array(0);

/** A document, then the entries of a root below `rootfs`: what such an archive holds. */
export async function* withDocument(
  path: string,
  content: Uint8Array,
  root: AsyncIterable<Entry>,
): AsyncGenerator<Entry> {
  yield { ...plain, path, type: "file", mode: 0o644, size: content.byteLength, content };
  const folder: Entry = { ...plain, path: rootPath, type: "directory", mode: 0o755, size: 0, content: empty };
  let begun = false;
  for await (const entry of root) {
    // The root comes first, if it comes at all.
    if (!begun && entry.path !== "") yield folder;
    begun = true;
    yield nested(entry);
  }
  if (!begun) yield folder;
}

function nested(entry: Entry): Entry {
  const path = entry.path === "" ? rootPath : `${below}${entry.path}`;
  return entry.type === "hardlink" ? { ...entry, path, link: `${below}${entry.link}` } : { ...entry, path };
}
