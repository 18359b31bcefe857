import {
  chmodSync,
  closeSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
} from "node:fs";
import { encodeText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";
import { containedPath } from "../formats/tar/path.ts";
import { type Entry, type EntryHeader, rootOwned } from "../model/entry.ts";
import {
  type AttributePlan,
  fileMode,
  setMode,
  setOwner,
  setOwnerAt,
  setTime,
  setTimeAt,
} from "./attributes.ts";
import { Losses } from "./losses.ts";
import { NoFolder, nameIn, OpenFolders } from "./open-folders.ts";
import { writeContent } from "./write-content.ts";

/**
 * Makes a device or pipe with mode 0600 under a name in an open folder; false when that cannot be done here. Node
 * cannot do it itself.
 */
export type MakeNode = (folder: number, name: string, header: EntryHeader) => Promise<boolean>;

export interface WritePlan extends AttributePlan {
  /** Absent: devices and pipes are left out. */
  readonly makeNode?: MakeNode;
  /** Most bytes of all files together; default: no limit. */
  readonly sizeLimit?: number;
}

interface FolderAttributes extends Pick<EntryHeader, "mode" | "mtime" | "nanoseconds"> {
  /** No entry speaks of it. */
  readonly implied?: true;
}

const implied: FolderAttributes = { mode: 0o755, mtime: 0, implied: true };

const entryLimit = 2_000_000;
/** Characters of all paths that are held until the end: folders, and what was left out. */
const heldLimit = 256 << 20;

const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Writes entries into an open, empty folder that nobody else can enter, in their order. Nothing that is there is ever
 * opened for writing, followed, replaced or removed: each name is made new, and a path that stands twice is refused,
 * folders apart. So an archive cannot write through links that it brought itself, whatever its names look like to the
 * file system (one that does not tell upper from lower case takes two names for one).
 */
export class TreeWriter {
  readonly losses: Losses = new Losses();
  entries = 0;
  /** Bytes of all files. */
  size = 0;
  readonly #root: number;
  readonly #where: string;
  readonly #plan: WritePlan;
  /** Folders below the root, and what is still to be set of them. */
  readonly #folders = new Map<string, FolderAttributes>();
  #top: EntryHeader | undefined;
  readonly #leftOut = new Set<string>();
  readonly #parents: OpenFolders;
  readonly #targets: OpenFolders;
  #heldCharacters = 0;

  /** `where` names the archive in sentences. */
  constructor(root: number, where: string, plan: WritePlan) {
    this.#root = root;
    this.#where = where;
    this.#plan = plan;
    this.#parents = new OpenFolders(root, (path, made) => {
      if (made) this.#noteFolder({ path, ...implied });
      else if (!this.#folders.has(path)) throw this.#taken(path);
    });
    this.#targets = new OpenFolders(root);
  }

  /** @throws BAD_ARCHIVE, TOO_LARGE, TRUNCATED, system errors */
  async add(entry: Entry, signal?: AbortSignal): Promise<void> {
    const { path, type } = entry;
    this.entries += 1;
    if (this.entries > entryLimit) throw this.#bad(`it has more than ${entryLimit} entries`);
    if (containedPath(path, this.#where) !== path)
      throw this.#bad(`${JSON.stringify(path)} is not a plain path`);
    if (entry.xattrs !== undefined && entry.xattrs.size > 0) this.losses.add("attribute", path);
    try {
      if (type === "directory") this.#addFolder(entry);
      else if (path === "") throw this.#bad(`its root is a ${type}`);
      else await this.#addLeaf(entry, signal);
    } catch (cause) {
      throw this.#explained(cause, path);
    }
  }

  /**
   * Modes and times of folders, last of all: what is made in a folder changes its time. Only the very last step lets
   * anybody else into the root.
   */
  finish(): void {
    for (const [path, attributes] of this.#folders)
      this.#finishFolder(this.#targets.at(path), path, attributes);
    if (this.#top !== undefined) setOwner(this.#root, this.#top, this.#plan, this.losses);
    this.#finishFolder(this.#root, "", this.#top ?? implied);
  }

  /** Lets go of what it holds open. */
  close(): void {
    this.#parents.close();
    this.#targets.close();
  }

  #finishFolder(folder: number, path: string, attributes: FolderAttributes): void {
    // A new folder may have got its group from the one around it.
    if (attributes.implied && this.#plan.owners)
      setOwner(folder, rootOwned(path, "directory", attributes.mode, 0), this.#plan, this.losses);
    // Whoever is not root must get into the folder to read or remove it.
    setMode(folder, this.#plan.owners ? attributes.mode : attributes.mode | 0o700);
    setTime(folder, attributes);
  }

  #noteFolder({
    path,
    mode,
    mtime,
    nanoseconds,
    implied,
  }: FolderAttributes & Pick<EntryHeader, "path">): void {
    this.#hold(path);
    const optional = { ...(nanoseconds !== undefined && { nanoseconds }), ...(implied && { implied }) };
    this.#folders.set(path, { mode, mtime, ...optional });
  }

  #hold(path: string): void {
    this.#heldCharacters += path.length;
    if (this.#heldCharacters > heldLimit) throw this.#bad("its paths are too many and too long");
  }

  #addFolder(entry: EntryHeader): void {
    const { path } = entry;
    if (path === "") {
      this.#top = entry;
      return;
    }
    const slash = path.lastIndexOf("/");
    if (!this.#folders.has(path))
      mkdirSync(nameIn(this.#parents.at(path.slice(0, Math.max(slash, 0))), path.slice(slash + 1)), 0o700);
    this.#noteFolder(entry);
    setOwner(this.#parents.at(path), entry, this.#plan, this.losses);
  }

  async #addLeaf(entry: Entry, signal?: AbortSignal): Promise<void> {
    const { path, type } = entry;
    const slash = path.lastIndexOf("/");
    const name = path.slice(slash + 1);
    const folder = this.#parents.at(path.slice(0, Math.max(slash, 0)));
    if (type === "file") await this.#addFile(folder, name, entry, signal);
    else if (type === "symlink") this.#addSymlink(nameIn(folder, name), entry);
    else if (type === "hardlink") this.#addHardlink(nameIn(folder, name), entry);
    else await this.#addNode(folder, name, entry);
  }

  async #addFile(folder: number, name: string, entry: Entry, signal?: AbortSignal): Promise<void> {
    this.size += entry.size;
    const { sizeLimit = Number.MAX_SAFE_INTEGER } = this.#plan;
    if (this.size > sizeLimit)
      throw new TareError({ code: "TOO_LARGE", what: `all that is in ${this.#where}`, limit: sizeLimit });
    const file = openSync(nameIn(folder, name), newFile, 0o600);
    try {
      await writeContent(file, entry, signal);
      const owned = setOwner(file, entry, this.#plan, this.losses);
      setMode(file, fileMode(entry, owned, this.#plan, this.losses));
      setTime(file, entry);
    } finally {
      closeSync(file);
    }
  }

  #addSymlink(place: Buffer, entry: EntryHeader): void {
    symlinkSync(encodeText(entry.link ?? ""), place);
    setOwnerAt(place, entry, this.#plan, this.losses);
    setTimeAt(place, entry);
  }

  #addHardlink(place: Buffer, { path, link = "" }: EntryHeader): void {
    if (this.#leftOut.has(link)) {
      this.#leaveOut(path);
      return;
    }
    const slash = link.lastIndexOf("/");
    let target: Buffer;
    try {
      if (containedPath(link, this.#where) !== link) throw new NoFolder(link);
      target = nameIn(this.#targets.at(link.slice(0, Math.max(slash, 0))), link.slice(slash + 1));
      if (lstatSync(target).isDirectory()) throw new NoFolder(link);
    } catch (cause) {
      if (cause instanceof TareError) throw cause;
      throw this.#bad(`${path} is a hardlink to ${link}, which is no earlier file of it`, cause);
    }
    linkSync(target, place);
  }

  async #addNode(folder: number, name: string, entry: EntryHeader): Promise<void> {
    const { makeNode } = this.#plan;
    if (makeNode === undefined || !(await makeNode(folder, name, entry))) {
      this.#leaveOut(entry.path);
      return;
    }
    const place = nameIn(folder, name);
    const owned = setOwnerAt(place, entry, this.#plan, this.losses);
    chmodSync(place, fileMode(entry, owned, this.#plan, this.losses));
    setTimeAt(place, entry);
  }

  #leaveOut(path: string): void {
    this.#hold(path);
    this.#leftOut.add(path);
    this.losses.add("device", path);
  }

  #explained(cause: unknown, path: string): unknown {
    if (cause instanceof NoFolder)
      return this.#bad(`${path} lies below ${cause.path}, which is no folder of it`, cause);
    return (cause as NodeJS.ErrnoException)?.code === "EEXIST" ? this.#taken(path, cause) : cause;
  }

  #taken(path: string, cause?: unknown): TareError {
    const why = `${path} stands twice in it, or the file system takes another name for this one`;
    return this.#bad(why, cause);
  }

  #bad(why: string, cause?: unknown): TareError {
    const problem = { code: "BAD_ARCHIVE", where: this.#where, why } as const;
    return new TareError(problem, ...(cause === undefined ? [] : [{ cause }]));
  }
}
