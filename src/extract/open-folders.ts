import { closeSync, constants, mkdirSync, openSync } from "node:fs";
import { encodeText } from "../bytes/text.ts";

/** Deeper folders are opened anew each time, so that a deep tree does not use up what a process may keep open. */
const keptOpen = 64;

/** Opens a folder and nothing else: a symlink in its place is an error. */
export const folderOnly: number = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * A name in an open folder, as a path. Node has no openat(2) and its kin; this comes to the same on Linux: the kernel
 * goes to the open folder itself, whatever its own path has become, and the name is a single step from there.
 */
export function nameIn(folder: number, name: string): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${folder}/`), encodeText(name)]);
}

/** A path of which a part is not a folder: `path` ends with that part. */
export class NoFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
}

/**
 * Folders below an open root, opened one name at a time without ever following a symlink. Those on the way to the last
 * one stay open, since entries of one folder come together.
 */
export class OpenFolders {
  readonly #root: number;
  readonly #entered: ((path: string, made: boolean) => void) | undefined;
  readonly #stack: { readonly path: string; readonly folder: number }[] = [];

  /** With `entered`, which is told of each folder that is opened, missing ones are made with mode 0700. */
  constructor(root: number, entered?: (path: string, made: boolean) => void) {
    this.#root = root;
    this.#entered = entered;
  }

  /**
   * The open folder at a path, which is plain or empty. It stays this one's, and open until the next call.
   * @throws NoFolder, system errors, whatever `entered` throws
   */
  at(path: string): number {
    while (!isWithin(path, this.#stack.at(-1)?.path)) this.#pop();
    const top = this.#stack.at(-1);
    const rest = top === undefined ? path : path.slice(top.path.length + 1);
    for (const name of rest === "" ? [] : rest.split("/")) this.#enter(name);
    return this.#stack.at(-1)?.folder ?? this.#root;
  }

  #enter(name: string): void {
    const parent = this.#stack.at(-1);
    const path = parent === undefined ? name : `${parent.path}/${name}`;
    const place = nameIn(parent?.folder ?? this.#root, name);
    let folder = this.#open(place, path);
    const made = folder === undefined;
    if (folder === undefined) {
      mkdirSync(place, 0o700);
      folder = openSync(place, folderOnly);
    }
    if (this.#stack.length === keptOpen) this.#pop();
    this.#stack.push({ path, folder });
    this.#entered?.(path, made);
  }

  /** Undefined when it is missing, and may be made. */
  #open(place: Buffer, path: string): number | undefined {
    try {
      return openSync(place, folderOnly);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === "ENOENT" && this.#entered !== undefined) return undefined;
      throw code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" ? new NoFolder(path) : cause;
    }
  }

  #pop(): void {
    const top = this.#stack.pop();
    if (top !== undefined) closeSync(top.folder);
  }

  close(): void {
    while (this.#stack.length > 0) this.#pop();
  }
}

function isWithin(path: string, folder: string | undefined): boolean {
  return folder === undefined || path === folder || path.startsWith(`${folder}/`);
}
