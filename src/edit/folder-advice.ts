import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readFailure } from "../bytes/read-failure.ts";
import { quoted } from "../explain/shell.ts";
import { isUsual } from "./advice.ts";

/**
 * What the owner of a folder should hear of what is at its top: sentences.
 * @param name what the image is to be called
 * @throws UNREADABLE
 */
export async function folderAdvice(folder: string, name = "NAME"): Promise<readonly string[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw readFailure(cause, folder);
  });
  const [only] = found;
  if (only === undefined || found.length > 1 || !only.isDirectory() || isUsual(only.name)) return [];
  const inner = quoted(join(folder, only.name));
  return [
    `Everything in ${folder} is below ${only.name}/, and so it is in the image; if that folder should be the root, import it: tare import ${inner} ${name}`,
  ];
}
