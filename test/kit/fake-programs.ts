import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Makes shell scripts that stand in for programs, in a folder of their own; returns the folder, for a PATH. */
export async function fakePrograms(
  folder: string,
  scripts: Readonly<Record<string, string>>,
): Promise<string> {
  const bin = join(folder, "programs");
  await mkdir(bin);
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  return bin;
}
