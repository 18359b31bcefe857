import type { Stats } from "node:fs";
import { chmod, chown, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** Where a file that is written under some name will stand. */
export interface WrittenPlace {
  /** Links are followed to their end, whether or not there is anything yet. */
  readonly file: string;
  /** A device or pipe: it is written to, and never replaced. */
  readonly isSpecial: boolean;
  /** The file that is there now, and will be replaced. */
  readonly former?: Stats;
}

/** As many links as Linux follows. */
const linkLimit = 40;

/** @throws ELOOP and the like, as system errors */
export async function writtenPlace(path: string): Promise<WrittenPlace> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ELOOP") throw cause;
    return undefined;
  });
  if (found === undefined) return { file: await linkEnd(path, linkLimit), isSpecial: false };
  const file = await realpath(path).catch(() => path);
  if (found.isFile()) return { file, isSpecial: false, former: found };
  return { file, isSpecial: !found.isDirectory() };
}

/** Where a link leads that leads nowhere yet. */
async function linkEnd(path: string, left: number): Promise<string> {
  const link = await readlink(path).catch(() => undefined);
  if (link === undefined || left === 0) return path;
  const folder = await realpath(dirname(path)).catch(() => dirname(path));
  const at = resolve(folder, link);
  const above = await realpath(dirname(at)).catch(() => dirname(at));
  return linkEnd(join(above, basename(at)), left - 1);
}

/** Rights that a new file is made with, before {@link giveAttributes}: never more than the one has that it replaces. */
export function firstMode({ former }: WrittenPlace, otherwise: number): number {
  return former === undefined ? otherwise : former.mode & 0o777;
}

/** Gives a new file what the one has that it replaces: its mode, and its owner if one may give files away. */
export async function giveAttributes(file: string, { former }: WrittenPlace): Promise<void> {
  if (former === undefined) return;
  await chown(file, former.uid, former.gid).catch(() => undefined);
  await chmod(file, former.mode & 0o777);
}
