import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { TareError } from "../../errors.ts";

/**
 * A file that the recipe names.
 * @param folder the recipe's, absolute
 * @param as what the recipe takes it for: `a file with keys`
 * @throws NO_FILE
 */
export async function readNamedFile(name: string, folder: string, as: string): Promise<Buffer> {
  const file = resolve(folder, name);
  return readFile(file).catch((cause) => {
    throw new TareError({ code: "NO_FILE", file, todo: `the recipe names it as ${as} (${name})` }, { cause });
  });
}
