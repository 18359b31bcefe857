import { closeSync, fstatSync, openSync } from "node:fs";
import { lstat, mkdir, open, readdir, realpath, rename, rm, rmdir } from "node:fs/promises";
import { TareError } from "../errors.ts";
import { sidecarOf, sidecarStart } from "../formats/sidecar.ts";
import { besideName } from "../images/output-file.ts";
import { emptyFolder } from "./empty-folder.ts";
import { folderOnly } from "./open-folders.ts";
import { ownWorkIn } from "./own-work.ts";

/** Where a tree is to go. */
export interface Place {
  /** Absolute when it is there already, links resolved. */
  readonly folder: string;
  readonly sidecar: string;
  /** What is there now is the tree of an earlier extraction, which gives way. */
  readonly replaces: boolean;
}

/**
 * Looks whether a tree may go to `folder`: it is new, or empty, or with `replace` an earlier extraction's, which has
 * its sidecar beside it, and nothing else in it. What stands in the sidecar's place must be one.
 * @throws CANNOT_WRITE, BAD_ARCHIVE for a sidecar that is not sound
 */
export async function placeAt(folder: string, replace: boolean): Promise<Place> {
  const real = await realpath(folder).catch(() => folder);
  const sidecar = sidecarOf(real);
  const refuse = (why: string, file = folder) => new TareError({ code: "CANNOT_WRITE", file, why });
  const known = await lstat(sidecar).catch(() => undefined);
  if (known !== undefined && !known.isFile()) throw refuse("it is there already, and no file", sidecar);
  if (known !== undefined && !(await beginsAsSidecar(sidecar)))
    throw refuse(
      "it is a file of yours, where the attributes of what is extracted belong; move it elsewhere",
      sidecar,
    );
  const there = await lstat(real).catch(() => undefined);
  if (there !== undefined && !there.isDirectory()) throw refuse("it is there already, and no folder");
  const [first] = there === undefined ? [] : await readdir(real);
  if (first === undefined) return { folder: real, sidecar, replaces: false };
  if (!replace) throw refuse(`it is a folder with things in it (${first}), and nothing of it is overwritten`);
  if (known === undefined)
    throw refuse(`it was not extracted here (there is no ${sidecar}), and stays as it is`);
  await refuseOwnWork(real, sidecar, folder);
  return { folder: real, sidecar, replaces: true };
}

async function beginsAsSidecar(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { buffer } = await file.read(Buffer.alloc(sidecarStart.byteLength), 0, sidecarStart.byteLength, 0);
    return buffer.equals(sidecarStart);
  } finally {
    await file.close();
  }
}

/** What replaces an extraction removes it: nothing that anybody else made may go with it. */
async function refuseOwnWork(folder: string, sidecar: string, shown: string): Promise<void> {
  const own = await ownWorkIn(folder, sidecar);
  if (own === undefined) return;
  const why = `${own}, and would be lost; move it elsewhere, or remove the folder yourself`;
  throw new TareError({ code: "CANNOT_WRITE", file: shown, why });
}

/** A new folder beside its place, open. Nobody but its owner gets into it. */
export interface Staging {
  readonly path: string;
  readonly folder: number;
}

/** @throws CANNOT_WRITE when somebody else put another folder there, or there is no /proc; system errors */
export async function stage({ folder }: Place): Promise<Staging> {
  const path = besideName(folder);
  await mkdir(path, { mode: 0o700 });
  const opened = openSync(path, folderOnly);
  const { uid, mode } = fstatSync(opened);
  if (uid !== process.geteuid?.() || (mode & 0o077) !== 0) {
    closeSync(opened);
    throw disturbed(folder);
  }
  if ((await lstat(`/proc/self/fd/${opened}`).catch(() => undefined)) === undefined) {
    closeSync(opened);
    await rmdir(path);
    const why = "this system has no /proc, without which archives cannot be extracted safely";
    throw new TareError({ code: "CANNOT_WRITE", file: folder, why });
  }
  return { path, folder: opened };
}

function disturbed(folder: string): TareError {
  const why = "somebody else moves the folders beside it";
  return new TareError({ code: "CANNOT_WRITE", file: folder, why });
}

/**
 * Gives the staged tree and its sidecar their names. If that fails, all is as it was. Returns the tree whose place it
 * took, for the caller to discard. @throws CANNOT_WRITE, system errors
 */
export async function settle(
  staged: Staging,
  stagedSidecar: string,
  { folder, sidecar, replaces }: Place,
): Promise<Staging | undefined> {
  const former = besideName(folder);
  const formerSidecar = besideName(sidecar);
  const moves = [
    ...(replaces ? [[folder, former] as const, [sidecar, formerSidecar] as const] : []),
    [staged.path, folder] as const,
    [stagedSidecar, sidecar] as const,
  ];
  const done: (readonly [string, string])[] = [];
  try {
    for (const move of moves) {
      await rename(...move);
      done.push(move);
      if (move[0] === staged.path && !(await isAt(staged.folder, folder))) throw disturbed(folder);
    }
    // While it was extracted, somebody may have gone on working in the one that is to go.
    if (replaces) await refuseOwnWork(former, formerSidecar, folder);
  } catch (cause) {
    for (const [from, to] of done.reverse()) await rename(to, from);
    throw cause;
  }
  if (replaces) await rm(formerSidecar);
  return replaces ? { path: former, folder: openSync(former, folderOnly) } : undefined;
}

/** Whether an open folder is what stands at a path. */
async function isAt(folder: number, path: string): Promise<boolean> {
  const [there, opened] = [await lstat(path), fstatSync(folder)];
  return there.ino === opened.ino && there.dev === opened.dev;
}

/** Removes a tree, however deep. */
export async function discard({ path, folder }: Staging): Promise<void> {
  try {
    emptyFolder(folder);
  } finally {
    closeSync(folder);
  }
  await rmdir(path);
}
