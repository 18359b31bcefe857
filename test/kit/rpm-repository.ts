import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mustRun } from "./command.ts";
import { withFolder } from "./temporary.ts";

/** One file of a repository. */
export interface RepositoryRpm {
  /** `name-version-release.arch.rpm`. */
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/**
 * The files of a repository by their path below its root, as createrepo_c makes it: `Packages/…rpm` and `repodata/…`.
 * @param options further ones of createrepo_c: `--general-compress-type=zstd`
 */
export async function rpmRepository(
  packages: readonly RepositoryRpm[],
  options: readonly string[] = [],
): Promise<Map<string, Uint8Array>> {
  return withFolder(async (folder) => {
    await mkdir(join(folder, "Packages"));
    for (const { fileName, bytes } of packages) await writeFile(join(folder, "Packages", fileName), bytes);
    await mustRun("createrepo_c", ["--quiet", "--workers=1", "--no-database", ...options, folder]);
    const files = new Map<string, Uint8Array>();
    for (const place of ["Packages", "repodata"])
      for (const name of await readdir(join(folder, place)))
        files.set(`${place}/${name}`, await readFile(join(folder, place, name)));
    return files;
  });
}
