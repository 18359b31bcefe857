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
  /** Why there is nothing at a path, where more can be said than that; `link` led there. */
  whyMissing?(path: string, link: FollowedLink | undefined): Promise<string | undefined>;
}

/** A symlink that was followed. */
export interface FollowedLink {
  readonly path: string;
  readonly text: string;
  /** Whether it leads above the source's root, or starts at it. */
  readonly leadsOut: boolean;
}

/** As many as Linux follows in one path. */
const linkLimit = 40;
const textLimit = 4096;

/** Where a path leads. */
export interface Followed {
  /** Undefined when there is nothing, or when links go round in a circle. */
  readonly file: SourceFile | undefined;
  /** How far it went. */
  readonly at: string;
  /** The last link on the way. */
  readonly link: FollowedLink | undefined;
}

/** What a path leads to when every symlink is followed, as if the source were the root of the system: none leads out of it. */
export async function follow(source: Source, path: string): Promise<Followed> {
  const waiting = path.split("/").reverse();
  let at: string[] = [];
  let file = await source.stat("");
  let link: FollowedLink | undefined;
  let links = 0;
  const nothing = (): Followed => ({ file: undefined, at: at.join("/"), link });
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === "" || name === ".") continue;
    if (file?.header.type !== "directory") return nothing();
    if (name !== "..") at.push(name);
    else if (at.pop() === undefined && link !== undefined) link = { ...link, leadsOut: true };
    file = await source.stat(at.join("/"));
    if (file?.header.type !== "symlink") continue;
    const { link: text = "" } = file.header;
    links += 1;
    if (links > linkLimit || text.length > textLimit) return nothing();
    link = { path: at.join("/"), text, leadsOut: text.startsWith("/") };
    at = link.leadsOut ? [] : at.slice(0, -1);
    file = await source.stat(at.join("/"));
    waiting.push(...text.split("/").reverse());
  }
  return { file, at: at.join("/"), link };
}
