import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** Where programs are looked for beside the PATH: an ordinary user's has no place for what is root's. */
const systemFolders = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

/** The absolute path of a program of this host, or undefined. Relative parts of the PATH do not count. */
export function findProgram(
  name: string,
  { PATH }: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return [...(PATH ?? "").split(delimiter), ...systemFolders]
    .filter(isAbsolute)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
