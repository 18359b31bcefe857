import { posix } from "node:path";
import type { Refuse } from "../formats/dockerfile/refuse.ts";
import type { EntryHeader } from "../model/entry.ts";
import { hasWildcards, nameTest, unescaped } from "./go-match.ts";
import type { LayerPlan, Owner } from "./layer-plan.ts";
import { follow, type Source, type SourceFile } from "./source.ts";

/** How files are copied, whatever they are. */
export interface CopyOptions {
  readonly owner: Owner | undefined;
  /** Of files and folders that are copied, not of folders that are made for them. */
  readonly mode: number | undefined;
  /** Whether a path, relative to what is copied, is left out. */
  readonly excluded: (path: string) => boolean;
  readonly refuse: Refuse;
}

/** Something that a source's text names. */
export interface Matched {
  /** As it was named: its last part is what a file is called in a folder. */
  readonly path: string;
  readonly file: SourceFile;
}

/**
 * What a source's text names: one path, or with wildcards all that match, in order; links at the end are followed.
 * @throws BAD_DOCKERFILE
 */
export async function matched(source: Source, text: string, refuse: Refuse): Promise<Matched[]> {
  const path = contained(text, refuse);
  if (hasWildcards(path)) return globbed(source, path, refuse);
  const plain = unescaped(path);
  return [{ path: plain, file: await found(source, plain, text, refuse) }];
}

async function found(source: Source, path: string, text: string, refuse: Refuse): Promise<SourceFile> {
  const { file, at, link } = await follow(source, path);
  if (file !== undefined) return file;
  const why = await source.whyMissing?.(at, link);
  const named = JSON.stringify(text);
  return refuse(
    why === undefined ? `there is no ${named} in ${source.name}` : `${named} cannot be copied: ${why}`,
  );
}

/** Relative to the source's root, which `/` is, too. */
function contained(text: string, refuse: Refuse): string {
  const path = posix.normalize(text.replace(/^\/+/, ""));
  if (path === ".." || path.startsWith("../"))
    refuse(`${JSON.stringify(text)} leads out of what is copied from`);
  return path === "." ? "" : path.replace(/\/$/, "");
}

async function globbed(source: Source, pattern: string, refuse: Refuse): Promise<Matched[]> {
  let paths: string[] = [""];
  for (const part of pattern.split("/")) {
    const next: string[] = [];
    const test = nameTest(part);
    if (test === undefined)
      refuse(`${JSON.stringify(pattern)} is no pattern: a [ is not closed, or a \\ ends it`);
    for (const folder of paths) {
      const { file } = await follow(source, folder);
      if (file?.header.type !== "directory") continue;
      const at = file.header.path;
      const names = hasWildcards(part) ? await source.list(at) : [unescaped(part)];
      for (const name of names)
        if (test(name) && (await source.stat(at === "" ? name : `${at}/${name}`)) !== undefined)
          next.push(folder === "" ? name : `${folder}/${name}`);
    }
    paths = next;
  }
  const files: Matched[] = [];
  for (const path of paths) files.push({ path, file: await found(source, path, path, refuse) });
  return files;
}

/** Remembers what was copied where, so that names of one file stay names of one file. */
export class Copier {
  readonly #plan: LayerPlan;
  readonly #source: Source;
  readonly #options: CopyOptions;
  readonly #inodes = new Map<string, string>();

  constructor(plan: LayerPlan, source: Source, options: CopyOptions) {
    this.#plan = plan;
    this.#source = source;
    this.#options = options;
  }

  /** What is in the folder goes into the folder at `destination`, which is made where it is missing. */
  async folder(file: SourceFile, destination: string): Promise<void> {
    const into = this.#plan.folder(destination, this.#options.owner);
    await this.#inside(file.header.path, into, "");
  }

  async #inside(from: string, into: string, below: string): Promise<void> {
    for (const name of await this.#source.list(from)) {
      const file = await this.#source.stat(from === "" ? name : `${from}/${name}`);
      const path = below === "" ? name : `${below}/${name}`;
      if (file === undefined || this.#options.excluded(path)) continue;
      this.#put(file, into === "" ? name : `${into}/${name}`);
      if (file.header.type === "directory")
        await this.#inside(file.header.path, into === "" ? name : `${into}/${name}`, path);
    }
  }

  /** A file to its exact place; its folders are made where they are missing. */
  file(file: SourceFile, destination: string): void {
    const slash = destination.lastIndexOf("/");
    const folder = this.#plan.folder(destination.slice(0, Math.max(0, slash)), this.#options.owner);
    const name = destination.slice(slash + 1);
    this.#put(file, folder === "" ? name : `${folder}/${name}`);
  }

  #put({ header, content, inode }: SourceFile, path: string): void {
    const { owner, mode, refuse } = this.#options;
    const there = this.#plan.at(path);
    const isFolder = header.type === "directory";
    if (there !== undefined && isFolder !== (there.kind === "folder"))
      refuse(
        isFolder
          ? `the folder /${path} cannot be put where the image has a file or a link`
          : `the file /${path} cannot be put where the image has a folder`,
      );
    const changed: EntryHeader = {
      ...header,
      path,
      ...(owner && { ...owner, uname: "", gname: "" }),
      ...(mode !== undefined && header.type !== "symlink" && { mode }),
    };
    const first = inode === undefined ? undefined : this.#inodes.get(inode);
    if (first !== undefined && first !== path && this.#plan.at(first)?.kind === "leaf") {
      const { xattrs: _, ...plain } = changed;
      this.#plan.put({ ...plain, type: "hardlink", size: 0, link: first }, content);
      return;
    }
    this.#plan.put(changed, content);
    if (inode !== undefined) this.#inodes.set(inode, path);
  }
}

/**
 * Where a file goes: into the destination when that is a folder, or leads or is to lead to one, else to its very place.
 * A link at the destination is gone through, even to where nothing is, as docker does.
 */
export function fileDestination(
  plan: LayerPlan,
  destination: string,
  isFolder: boolean,
  name: string,
): string {
  if (isFolder || plan.lookUp(destination)?.kind === "folder") return posix.join(destination, name);
  return plan.realPath(destination);
}
