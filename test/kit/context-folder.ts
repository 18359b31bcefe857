import { chmod, link, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A folder as a test writes it: `a/` is a folder, `a -> b` a link, `a => b` another name, all else a file. */
export type FolderData = Readonly<Record<string, string | Uint8Array | ModedFile>>;

export interface ModedFile {
  readonly content?: string | Uint8Array;
  readonly mode: number;
}

/** Writes it to the disk, in the order given; modes do not depend on the umask. */
export async function writeFolder(folder: string, data: FolderData): Promise<void> {
  await makeFolder(folder, "");
  for (const [name, value] of Object.entries(data)) {
    const given = typeof value === "string" || value instanceof Uint8Array ? { content: value } : value;
    const [path = "", target = ""] = name.split(/ [-=]> /);
    const file = join(folder, path);
    await makeFolder(folder, name.endsWith("/") ? path : dirname(path));
    if (name.includes(" -> ")) await symlink(target, file);
    else if (name.includes(" => ")) await link(join(folder, target), file);
    else if (!name.endsWith("/")) await writeFile(file, given.content ?? "");
    if (/ [-=]> /.test(name)) continue;
    await chmod(file, "mode" in given ? given.mode : name.endsWith("/") ? 0o755 : 0o644);
  }
}

async function makeFolder(top: string, path: string): Promise<void> {
  let at = top;
  for (const name of ["", ...path.split("/")]) {
    at = join(at, name);
    const made = await mkdir(at, { recursive: true });
    if (made !== undefined) await chmod(at, 0o755);
  }
}
