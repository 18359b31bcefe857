import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";

/** Whether what somebody names is a Dockerfile and no recipe: no folder, and called so. */
export async function isDockerfile(folder: string, name: string): Promise<boolean> {
  if (!/dockerfile|containerfile/i.test(basename(name)) || /\.(?:ya?ml|dockerignore)$/i.test(name))
    return false;
  const found = await stat(resolve(folder, name)).catch(() => undefined);
  return found?.isDirectory() !== true;
}
