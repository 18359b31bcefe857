import { chmod, lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Removes a folder, and what a program left in it: an ordinary user's folders may keep even their owner out. */
export async function removeTree(folder: string): Promise<void> {
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    await remove();
  } catch {
    await open(folder);
    await remove();
  }
}

/** No symlink is followed: each folder is looked at first, and nothing runs in there any more. */
async function open(folder: string): Promise<void> {
  if (!(await lstat(folder)).isDirectory()) return;
  await chmod(folder, 0o700);
  for (const one of await readdir(folder, { withFileTypes: true }))
    if (one.isDirectory()) await open(join(folder, one.name));
}
