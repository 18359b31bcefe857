import { createReadStream } from "node:fs";
import { lstat, readdir, readlink, realpath } from "node:fs/promises";
import { join, posix, sep } from "node:path";
import type { Bytes } from "../bytes/bytes.ts";
import { byText, encodeText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";
import type { Entry } from "../model/entry.ts";
import { type AccountTable, accountNumbers } from "../rootfs/accounts.ts";
import { pathIn, type RootShape } from "../rootfs/shape.ts";
import type { Recipe, RecipeFile } from "./recipe/recipe.ts";

/** A recipe's file as an entry; `content` of a file of the disk can be read again and again. */
export interface OwnEntry extends Omit<Entry, "content"> {
  readonly open: () => Bytes | Uint8Array;
}

/** More than this in one recipe is a folder that was not meant: a home, a root. */
const fileLimit = 200_000;

const nothing = new Uint8Array(0);

/**
 * The recipe's own files, later ones over earlier ones, sorted by path. Nothing of the host goes along but contents,
 * links and whether a file may be executed: owners and modes are the recipe's, times are `mtime`.
 * @throws NO_FILE, NO_ACCOUNT, BAD_FILE, UNREADABLE
 */
export async function recipeFiles(
  recipe: Pick<Recipe, "files">,
  folder: string,
  root: { readonly shape: RootShape; readonly accounts: AccountTable; readonly mtime: number },
): Promise<OwnEntry[]> {
  const entries = new Map<string, OwnEntry>();
  for (const file of recipe.files) {
    const owner = file.owner ?? { user: 0, group: 0 };
    const numbers = accountNumbers(owner.user, owner.group, root.accounts, `files: /${file.to}`);
    const common = { ...numbers, uname: "", gname: "", mtime: root.mtime };
    for await (const entry of entriesOf(file, folder)) {
      const path = pathIn(root.shape, entry.path);
      entries.set(path, { ...common, ...entry, path });
      if (entries.size > fileLimit)
        throw new TareError({ code: "TOO_MANY_FILES", where: `files: /${file.to}`, limit: fileLimit });
    }
  }
  return [...entries.values()].sort((a, b) => byText(a.path, b.path));
}

type Found = Pick<OwnEntry, "path" | "type" | "mode" | "size" | "link" | "open">;

async function* entriesOf(file: RecipeFile, folder: string): AsyncGenerator<Found> {
  if (file.directory === true)
    yield { path: file.to, type: "directory", mode: file.mode ?? 0o755, size: 0, open: empty };
  else if (file.text !== undefined) {
    const content = encodeText(file.text);
    yield {
      path: file.to,
      type: "file",
      mode: file.mode ?? 0o644,
      size: content.length,
      open: () => content,
    };
  } else if (file.from !== undefined) {
    const start = join(folder, file.from);
    await contained(start, folder, file.from);
    yield* walk(start, file.to, "", file);
  }
}

async function* walk(
  onDisk: string,
  inImage: string,
  inside: string,
  file: RecipeFile,
): AsyncGenerator<Found> {
  const found = await lstat(onDisk).catch((cause) => unreadable(onDisk, cause));
  if (found.isDirectory()) {
    if (inImage !== "")
      yield { path: inImage, type: "directory", mode: directoryMode(file), size: 0, open: empty };
    const names = await readdir(onDisk).catch((cause) => unreadable(onDisk, cause));
    for (const name of names.sort(byText)) {
      const below = inside === "" ? name : `${inside}/${name}`;
      if (file.ignore?.some((glob) => isIgnored(below, glob))) continue;
      yield* walk(join(onDisk, name), inImage === "" ? name : `${inImage}/${name}`, below, file);
    }
  } else if (found.isSymbolicLink()) {
    const link = await readlink(onDisk).catch((cause) => unreadable(onDisk, cause));
    yield { path: inImage, type: "symlink", mode: 0o777, size: 0, link, open: empty };
  } else if (found.isFile()) {
    const mode = file.mode ?? ((found.mode & 0o100) !== 0 ? 0o755 : 0o644);
    yield { path: inImage, type: "file", mode, size: found.size, open: () => readFrom(onDisk) };
  } else throw new TareError({ code: "BAD_FILE", file: onDisk, why: "it is no file, directory or link" });
}

/** `mode` is that of every file in a folder; its directories may be entered by whoever may read them. */
function directoryMode({ mode }: RecipeFile): number {
  return mode === undefined ? 0o755 : mode | ((mode & 0o444) >> 2);
}

/** As in .gitignore: a glob without a slash names things at any depth, and what is below a match goes with it. */
function isIgnored(path: string, glob: string): boolean {
  const plain = glob.replace(/^\/|\/$/g, "");
  if (posix.matchesGlob(path, plain)) return true;
  return !plain.includes("/") && posix.matchesGlob(posix.basename(path), plain);
}

function empty(): Uint8Array {
  return nothing;
}

async function* readFrom(path: string): Bytes {
  yield* createReadStream(path, { highWaterMark: 1 << 20 });
}

/** A link in the recipe's folder must not lead to what lies outside: a recipe may come from somebody else. */
async function contained(path: string, folder: string, name: string): Promise<void> {
  const base = await realpath(folder);
  const real = await realpath(path).catch(() => {
    throw new TareError({
      code: "NO_FILE",
      file: path,
      todo: `files names ${name}, relative to the recipe's folder`,
    });
  });
  if (real !== base && !real.startsWith(base + sep))
    throw new TareError({
      code: "BAD_FILE",
      file: path,
      why: "it is a link that leads out of the recipe's folder",
    });
}

function unreadable(file: string, cause: unknown): never {
  const why = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
  throw new TareError({ code: "UNREADABLE", file, why }, { cause });
}
