import { constants, createReadStream, readSync } from "node:fs";
import { lstat, open, readdir, readlink, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { type Bytes, collect } from "../bytes/bytes.ts";
import { readFailure } from "../bytes/read-failure.ts";
import { byText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";
import { type DockerIgnore, dockerIgnore } from "./docker-ignore.ts";
import type { IsOutput } from "./own-outputs.ts";

/** Something on the disk that a recipe names, or that lies in a folder that it names. */
export interface FoundFile {
  /** Relative to what the recipe names, which is the empty string itself. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  readonly executable: boolean;
  /** Bytes of a file. */
  readonly size: number;
  /** A symlink's text. */
  readonly link?: string;
  /** Where it was found. */
  readonly onDisk: string;
  /** A file's content, afresh on every call. */
  readonly open: () => Bytes;
}

/**
 * `name`, relative to `folder`, and everything in it, folders first, sorted by name. What is ignored is not looked into,
 * neither by the recipe nor by a `.dockerignore` at the top of a folder that is named, nor is what `isOutput`.
 * `asking` is the key of the recipe that names it. A link that is named itself is followed, one that is found stays a link.
 * @throws NO_FILE, UNREADABLE, BAD_FILE for what leads out of the folder, is neither file, folder nor link, or has a
 * name that is not UTF-8
 */
export async function* filesIn(
  folder: string,
  name: string,
  ignored: (path: string) => boolean,
  isOutput: IsOutput = () => false,
  asking = "files",
): AsyncGenerator<FoundFile> {
  const top = await contained(folder, name, asking);
  yield* walk(top, "", { ignored, docker: await dockerIgnoreOf(top), isOutput });
}

/** What is left out of a folder. */
interface Filter {
  readonly ignored: (path: string) => boolean;
  readonly docker: DockerIgnore | undefined;
  readonly isOutput: IsOutput;
}

/** Largest `.dockerignore` that is read. */
const ignoreLimit = 1 << 20;

async function dockerIgnoreOf(top: string): Promise<DockerIgnore | undefined> {
  const file = join(top, ".dockerignore");
  const found = await lstat(file).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const bytes = await collect(contentOf(file), ignoreLimit, file);
  return dockerIgnore(bytes.toString("utf8"));
}

/**
 * Where `name` really lies. A link in the recipe's folder must not lead to what lies outside: a recipe may come from
 * somebody else.
 * @param asking the key of the recipe that names it
 * @throws NO_FILE, UNREADABLE, BAD_FILE
 */
export async function contained(folder: string, name: string, asking: string): Promise<string> {
  const path = join(folder, name);
  const base = await realpath(folder).catch((cause) => unreadable(folder, cause));
  const real = await realpath(path).catch(() => {
    const todo = `${asking} names ${name}, relative to the recipe's folder`;
    throw new TareError({ code: "NO_FILE", file: path, todo });
  });
  if (real === base || real.startsWith(base.endsWith(sep) ? base : base + sep)) return real;
  throw bad(path, "it is a link that leads out of the recipe's folder");
}

async function* walk(onDisk: string, path: string, filter: Filter): AsyncGenerator<FoundFile> {
  const found = await lstat(onDisk).catch((cause) => unreadable(onDisk, cause));
  const content = () => contentOf(onDisk);
  if (found.isDirectory()) {
    yield { path, type: "directory", executable: true, size: 0, onDisk, open: content };
    const names = await readdir(onDisk).catch((cause) => unreadable(onDisk, cause));
    for (const name of names.sort(byText)) {
      const below = path === "" ? name : `${path}/${name}`;
      if (!filter.ignored(below) && !filter.isOutput(join(onDisk, name)))
        yield* unlessExcluded(join(onDisk, name), below, filter);
    }
  } else if (found.isSymbolicLink()) {
    const link = await readlink(onDisk).catch((cause) => unreadable(onDisk, cause));
    yield { path, type: "symlink", executable: true, size: 0, link, onDisk, open: content };
  } else if (found.isFile())
    yield {
      path,
      type: "file",
      executable: (found.mode & 0o100) !== 0,
      size: found.size,
      onDisk,
      open: content,
    };
  else throw bad(onDisk, "it is no file, directory or link");
}

/** An excluded folder is there when something below it is kept. */
async function* unlessExcluded(onDisk: string, path: string, filter: Filter): AsyncGenerator<FoundFile> {
  const { docker } = filter;
  if (!docker?.excludes(path)) return yield* walk(onDisk, path, filter);
  const mayHold = docker.mayKeepBelow(path) && (await lstat(onDisk).catch(() => undefined))?.isDirectory();
  if (!mayHold) return;
  let folder: FoundFile | undefined;
  for await (const found of walk(onDisk, path, filter)) {
    if (found.path === path) {
      folder = found;
      continue;
    }
    if (folder) yield folder;
    folder = undefined;
    yield found;
  }
}

/** Should a file have become a link since it was found, that one is not followed. */
export async function* contentOf(path: string): Bytes {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
  try {
    yield* createReadStream(path, { flags: flags as unknown as string, highWaterMark: 1 << 20 });
  } catch (cause) {
    unreadable(path, cause);
  }
}

/** Lets `use` read a file at random while it is open; reads beyond its end come back shorter. @throws UNREADABLE */
export async function readingAt<Result>(
  { onDisk, size }: FoundFile,
  use: (read: (offset: number, length: number) => Uint8Array) => Result,
): Promise<Result> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
  const handle = await open(onDisk, flags).catch((cause) => unreadable(onDisk, cause));
  const read = (offset: number, length: number) => {
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
    try {
      return buffer.subarray(0, readSync(handle.fd, buffer, 0, buffer.length, offset));
    } catch (cause) {
      return unreadable(onDisk, cause);
    }
  };
  try {
    return use(read);
  } finally {
    await handle.close();
  }
}

function bad(file: string, why: string): TareError {
  return new TareError({ code: "BAD_FILE", file, why });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "it has gone since it was found",
  ELOOP: "it has become a link since it was found",
};

function unreadable(file: string, cause: unknown): never {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  // Node puts this character in place of bytes that it could not read as text; no file has the resulting name.
  if (code === "ENOENT" && file.includes("\ufffd")) throw bad(file, "its name is not UTF-8");
  throw readFailure(cause, file, reasons);
}
