import { stat } from "node:fs/promises";
import type { Bytes } from "../../bytes/bytes.ts";
import { readFailure } from "../../bytes/read-failure.ts";
import { TareError } from "../../errors.ts";
import { writeTar } from "../../formats/tar/encode.ts";
import type { Entry } from "../../model/entry.ts";
import type { TarballItem } from "../recipe/recipe.ts";
import { contained, contentOf, type FoundFile, filesIn } from "../recipe-folder.ts";
import { pathOf } from "./location.ts";

/** More than this in one folder is a folder that was not meant: a home, a root. */
const fileLimit = 200_000;

const nothing = new Uint8Array(0);

/**
 * The bytes of an item that lies in the recipe's folder: a tarball as it is; of a folder, a tarball with the same bytes
 * for the same files.
 * @param folder the recipe's, absolute
 * @throws NO_FILE, UNREADABLE, BAD_FILE, TOO_MANY_FILES
 */
export async function* openItem(item: TarballItem, folder: string): Bytes {
  const path = pathOf(item);
  if (item.from === "directory") yield* writeTar(packed(folder, path));
  else {
    const file = await contained(folder, path, "packages");
    const found = await stat(file);
    if (!found.isFile()) throw readFailure({ code: found.isDirectory() ? "EISDIR" : "it is no file" }, path);
    yield* contentOf(file);
  }
}

/** Root's; of modes only counts whether a file may be executed. The folder itself is no entry. */
async function* packed(folder: string, path: string): AsyncGenerator<Entry> {
  let count = 0;
  for await (const file of filesIn(folder, path, () => false, undefined, "packages")) {
    if (file.path !== "") yield entryOf(file);
    else if (file.type !== "directory")
      throw new TareError({ code: "BAD_FILE", file: path, why: "it is no folder" });
    count += 1;
    if (count > fileLimit) throw new TareError({ code: "TOO_MANY_FILES", where: path, limit: fileLimit });
  }
}

function entryOf({ path, type, executable, size, link, open }: FoundFile): Entry {
  const mode = type === "symlink" ? 0o777 : executable ? 0o755 : 0o644;
  const header = { path, type, mode, uid: 0, gid: 0, uname: "", gname: "", size, mtime: 0 };
  return { ...header, ...(link !== undefined && { link }), content: type === "file" ? open() : nothing };
}
