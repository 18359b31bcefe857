import type { Bytes } from "../bytes/bytes.ts";
import { byText, encodeText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";
import { isWhiteout, whiteoutWhy } from "../layers/whiteout.ts";
import type { Entry } from "../model/entry.ts";
import { type AccountTable, accountNumbers } from "../rootfs/accounts.ts";
import { placesIn, type RootShape } from "../rootfs/shape.ts";
import { ignoring } from "./ignore.ts";
import type { IsOutput } from "./own-outputs.ts";
import type { Recipe, RecipeFile } from "./recipe/recipe.ts";
import { filesIn } from "./recipe-folder.ts";

/** A recipe's file as an entry; `content` of a file of the disk can be read again and again. */
export interface OwnEntry extends Omit<Entry, "content"> {
  readonly open: () => Bytes | Uint8Array;
  /** Where it was found in a folder that the recipe names; absent for what is named itself. */
  readonly found?: { /** As the recipe names it. */ readonly from: string; readonly path: string };
}

/** What the files come to lie over. */
export interface RootForFiles {
  readonly shape: RootShape;
  readonly accounts: AccountTable;
  readonly mtime: number;
  /** The `node_modules` of the application, where there is one. */
  readonly modules?: string;
  /** What this build writes, which does not go along with a folder that it is in. */
  readonly isOutput?: IsOutput;
}

/** More than this in one recipe is a folder that was not meant: a home, a root. */
const fileLimit = 200_000;

const nothing = new Uint8Array(0);

/**
 * The recipe's own files, later ones over earlier ones, sorted by path. Nothing of the host goes along but contents,
 * links and whether a file may be executed: owners and modes are the recipe's, times are `mtime`. A folder that is
 * there already, in the root or from an earlier file, stays as it is unless the recipe makes it by name.
 * @throws NO_FILE, NO_ACCOUNT, BAD_FILE, UNREADABLE, TOO_MANY_FILES
 */
export async function recipeFiles(
  recipe: Pick<Recipe, "files">,
  folder: string,
  root: RootForFiles,
): Promise<OwnEntry[]> {
  const entries = new Map<string, OwnEntry>();
  const placeOf = placesIn(root.shape);
  const folders = new Set(["", ...root.shape.plain, ...root.shape.directories.map(({ path }) => path)]);
  for (const file of recipe.files) {
    const owner = file.owner ?? { user: 0, group: 0 };
    const numbers = accountNumbers(owner.user, owner.group, root.accounts, `files: /${file.to}`);
    const common = { ...numbers, uname: "", gname: "", mtime: root.mtime };
    for await (const entry of entriesOf(file, folder, root.isOutput)) {
      const isFolder = entry.type === "directory";
      if (entry.path === root.modules && file.to !== root.modules) throw bad(entry.path, modulesWhy(file));
      const path = placeOf(entry.path, isFolder);
      const before = entries.get(path)?.type;
      const stays = isFolder && (before === "directory" || (before === undefined && folders.has(path)));
      if (stays && file.directory !== true) continue;
      if (!isFolder && folders.has(path))
        throw bad(path, "it would take the place of a directory of the image, with everything in that");
      if (isWhiteout(path)) throw bad(path, `it ${whiteoutWhy}`);
      entries.set(path, { ...common, ...entry, path });
      if (entries.size > fileLimit)
        throw new TareError({ code: "TOO_MANY_FILES", where: `files: /${file.to}`, limit: fileLimit });
    }
  }
  const all = [...entries.values()].sort((a, b) => byText(a.path, b.path));
  for (const { path } of all) checkParents(path, entries);
  return all;
}

function checkParents(path: string, entries: ReadonlyMap<string, OwnEntry>): void {
  for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
    const parent = entries.get(path.slice(0, slash));
    if (parent !== undefined && parent.type !== "directory")
      throw bad(path, `the recipe also makes a ${parent.type} of /${parent.path}, which it lies below`);
  }
}

/** A project's folder holds what was installed for development, and for another machine. */
function modulesWhy({ from }: RecipeFile): string {
  return `the one in ${from} would lie over that of the npm packages; leave it out with "ignore" or .dockerignore, or name it in "to" if that is meant`;
}

function bad(path: string, why: string): TareError {
  return new TareError({ code: "BAD_FILE", file: `/${path}`, why });
}

type Made = Pick<OwnEntry, "path" | "type" | "mode" | "size" | "link" | "open" | "found">;

async function* entriesOf(
  file: RecipeFile,
  folder: string,
  isOutput: IsOutput | undefined,
): AsyncGenerator<Made> {
  if (file.directory === true)
    yield { path: file.to, type: "directory", mode: file.mode ?? 0o755, size: 0, open: () => nothing };
  else if (file.text !== undefined) {
    const content = encodeText(file.text);
    const mode = file.mode ?? 0o644;
    yield { path: file.to, type: "file", mode, size: content.length, open: () => content };
  } else if (file.from !== undefined)
    for await (const { path, type, executable, size, link, open } of filesIn(
      folder,
      file.from,
      ignoring(file.ignore ?? []),
      isOutput,
    ))
      yield {
        path: file.to === "" || path === "" ? file.to + path : `${file.to}/${path}`,
        type,
        mode: modeOf(type, executable, file),
        size,
        ...(link !== undefined && { link }),
        open: type === "file" ? open : () => nothing,
        ...(path !== "" && { found: { from: file.from, path } }),
      };
}

/** `mode` is that of every file in a folder; its directories may be entered by whoever may read them. */
function modeOf(type: Entry["type"], executable: boolean, { mode }: RecipeFile): number {
  if (type === "symlink") return 0o777;
  if (mode === undefined) return executable ? 0o755 : 0o644;
  return type === "directory" ? mode | ((mode & 0o444) >> 2) : mode;
}
