import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { readNamedFile } from "./named-file.ts";

/**
 * A file with keys that the recipe names.
 * @param folder the recipe's, absolute
 * @throws NO_FILE
 */
export function readKeyFile(name: string, folder: string): Promise<Buffer> {
  return readNamedFile(name, folder, "a file with keys");
}

/** A file whose name says whose key is in it. */
export interface NamedKey {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * A public key of apk that the recipe names, or those of a folder (`*.rsa.pub`), by name.
 * @param folder the recipe's, absolute
 * @throws NO_FILE
 */
export async function readKeyFiles(name: string, folder: string): Promise<NamedKey[]> {
  // What is no folder, or is not there, is read, or missed, as a file.
  const inside = await namesIn(name, folder);
  const keys = inside?.filter((one) => one.endsWith(".rsa.pub")).sort();
  const files = keys?.map((one) => join(name, one)) ?? [name];
  return Promise.all(
    files.map(async (file) => ({ name: basename(file), bytes: await readKeyFile(file, folder) })),
  );
}

/** Whether the recipe names a folder of keys, not a file. */
export async function isFolder(name: string, folder: string): Promise<boolean> {
  return (await namesIn(name, folder)) !== undefined;
}

function namesIn(name: string, folder: string): Promise<string[] | undefined> {
  return readdir(resolve(folder, name)).catch(() => undefined);
}
