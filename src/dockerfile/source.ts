import type { EntryHeader } from "../model/entry.ts";
import type { FileContent } from "./file-content.ts";

/** Something that can be copied. */
export interface SourceFile {
  /** `path` is where it is, without links on the way. */
  readonly header: EntryHeader;
  readonly content: FileContent;
  /** The same for all names of one file; absent where it has no other. */
  readonly inode?: string;
}

/** Where COPY and ADD take files from: the context's folder, or another stage. Paths are relative to its root. */
export interface Source {
  /** What it is in sentences: `the context`, `the stage build`. */
  readonly name: string;
  /** Not followed when it is a link, as in lstat(2); undefined when there is none. `path` has no links on the way. */
  stat(path: string): Promise<SourceFile | undefined>;
  /** Names in a folder, sorted. */
  list(folder: string): Promise<readonly string[]>;
}

/** As many as Linux follows in one path. */
const linkLimit = 40;
const textLimit = 4096;

/**
 * What a path leads to when every symlink is followed, as if the source were the root of the system: none leads out of
 * it. Undefined when there is nothing, or when links go round in a circle.
 */
export async function follow(source: Source, path: string): Promise<SourceFile | undefined> {
  const waiting = path.split("/").reverse();
  let at: string[] = [];
  let found = await source.stat("");
  let links = 0;
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === "" || name === ".") continue;
    if (found?.header.type !== "directory") return undefined;
    if (name === "..") at.pop();
    else at.push(name);
    found = await source.stat(at.join("/"));
    if (found?.header.type !== "symlink") continue;
    const { link = "" } = found.header;
    links += 1;
    if (links > linkLimit || link.length > textLimit) return undefined;
    at = link.startsWith("/") ? [] : at.slice(0, -1);
    found = await source.stat(at.join("/"));
    waiting.push(...link.split("/").reverse());
  }
  return found;
}
