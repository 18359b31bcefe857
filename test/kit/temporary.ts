import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder, for tests that share one; whoever asked for it removes it. */
export async function newFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "tare-test-"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A new folder for the length of `work`. */
export async function withFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const { folder, remove } = await newFolder();
  try {
    return await work(folder);
  } finally {
    await remove();
  }
}
