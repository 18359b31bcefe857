import { chmod, readdir, rm } from "node:fs/promises";

/** Removes a folder, and what a program left in it: an ordinary user's folders may keep even their owner out. */
export async function removeTree(folder: string): Promise<void> {
  await openFolders(Buffer.from(folder));
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** No symlink is followed: names are looked at first, and nothing of the container runs any more. */
async function openFolders(folder: Buffer): Promise<void> {
  await chmod(folder, 0o700);
  for (const one of await readdir(folder, { withFileTypes: true, encoding: "buffer" }))
    if (one.isDirectory()) await openFolders(Buffer.concat([folder, Buffer.from("/"), one.name]));
}
