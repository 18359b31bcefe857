import { constants, createReadStream, type Stats } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { DockerIgnore } from "../build/docker-ignore.ts";
import type { IsOutput } from "../build/own-outputs.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { readFailure } from "../bytes/read-failure.ts";
import { byText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";
import type { EntryType } from "../model/entry.ts";
import { noContent } from "./file-content.ts";
import type { Source, SourceFile } from "./source.ts";

/** The folder that is built from. */
export interface Context {
  /** Absolute, without links. */
  readonly folder: string;
  readonly ignore: DockerIgnore | undefined;
  /** What this build writes into the context is not of the context; `leftOut` is told of it. */
  readonly isOutput: IsOutput;
  readonly leftOut: (path: string) => void;
}

/**
 * The folder that a Dockerfile copies from, without what a `.dockerignore` leaves out. Everything belongs to root, as
 * docker has it; modes are the files' own, without setuid and setgid, which a folder of sources has by accident. Times
 * are `mtime`, in seconds: a checkout's own say when it was checked out.
 */
export function contextSource({ folder, ignore, isOutput, leftOut }: Context, mtime: number): Source {
  /** An excluded folder is there when something below it is kept. */
  async function isHidden(path: string, stats: Stats): Promise<boolean> {
    if (path === "" || ignore === undefined || !ignore.excludes(path)) return false;
    if (!stats.isDirectory() || !ignore.mayKeepBelow(path)) return true;
    for (const name of await readdir(join(folder, path)).catch(() => [])) {
      const below = `${path}/${name}`;
      const found = await lstat(join(folder, below)).catch(() => undefined);
      if (found !== undefined && !(await isHidden(below, found))) return false;
    }
    return true;
  }
  async function visible(path: string): Promise<Stats | undefined> {
    const stats = await lstat(join(folder, path)).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return undefined;
      throw readFailure(cause, join(folder, path));
    });
    // A socket is nothing that could be copied; docker passes over it, too.
    if (stats === undefined || stats.isSocket() || (await isHidden(path, stats))) return undefined;
    const onDisk = join(folder, path);
    if (path === "" || !isOutput(onDisk)) return stats;
    leftOut(onDisk);
    return undefined;
  }
  return {
    name: "the context",
    async stat(path) {
      const stats = await visible(path);
      return stats === undefined ? undefined : sourceFile(path, join(folder, path), stats, mtime);
    },
    async list(path) {
      const onDisk = join(folder, path);
      const names = await readdir(onDisk).catch((cause) => {
        throw readFailure(cause, onDisk);
      });
      const kept: string[] = [];
      for (const name of names.sort(byText))
        if ((await visible(path === "" ? name : `${path}/${name}`)) !== undefined) kept.push(name);
      return kept;
    },
    async whyMissing(path, link) {
      if (link?.leadsOut)
        return `the link ${link.path} leads out of the context, to ${link.text}; put a copy of that into the context, or build with a context that holds both`;
      if (isOutput(join(folder, path))) return "it is what this build writes";
      const stats = await lstat(join(folder, path)).catch(() => undefined);
      if (stats !== undefined && (await isHidden(path, stats))) return "a .dockerignore leaves it out";
      return link && `the link ${link.path} leads to ${link.text}, which is not there`;
    },
  };
}

async function sourceFile(path: string, onDisk: string, stats: Stats, mtime: number): Promise<SourceFile> {
  const type = typeOf(stats);
  // Node puts this character in place of bytes that it could not read as text.
  if (type === undefined || path.includes("\ufffd")) {
    const why = type === undefined ? "it is no file, directory or link" : "its name is not UTF-8";
    throw new TareError({ code: "BAD_FILE", file: onDisk, why });
  }
  const header = {
    path,
    type,
    mode: type === "symlink" ? 0o777 : stats.mode & 0o1777,
    uid: 0,
    gid: 0,
    uname: "",
    gname: "",
    size: type === "file" ? stats.size : 0,
    mtime,
  };
  if (type === "symlink") {
    const link = await readlink(onDisk).catch((cause) => {
      throw readFailure(cause, onDisk);
    });
    return { header: { ...header, link }, content: noContent };
  }
  if (type === "directory") return { header, content: noContent };
  return {
    header,
    content: { open: () => contentOf(onDisk) },
    ...(stats.nlink > 1 && { inode: `${stats.dev}:${stats.ino}` }),
  };
}

function typeOf(stats: Stats): EntryType | undefined {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isSymbolicLink() ? "symlink" : undefined;
}

/** Should a file have become a link since it was found, that one is not followed. */
async function* contentOf(path: string): Bytes {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
  try {
    yield* createReadStream(path, { flags: flags as unknown as string, highWaterMark: 1 << 20 });
  } catch (cause) {
    throw readFailure(cause, path, {
      ENOENT: "it has gone since it was found",
      ELOOP: "it has become a link since it was found",
    });
  }
}
