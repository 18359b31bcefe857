import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { TareError } from "../../errors.ts";

/**
 * A file with keys that the recipe names.
 * @param folder the recipe's, absolute
 * @throws NO_FILE
 */
export async function readKeyFile(name: string, folder: string): Promise<Buffer> {
  const file = resolve(folder, name);
  return readFile(file).catch((cause) => {
    throw new TareError(
      { code: "NO_FILE", file, todo: `the recipe names it as a file with keys (${name})` },
      { cause },
    );
  });
}
