import { open, rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { TareError } from "../errors.ts";

/** Milliseconds. The work under the lock takes a few; a lock that is older was left by a process that died. */
const staleAfter = 20_000;

/**
 * Reads and writes `file` with no other process of ours between. Waits for its turn.
 * @throws CANNOT_WRITE when no turn comes
 */
export async function withLock<Value>(file: string, work: () => Promise<Value>): Promise<Value> {
  const lock = `${file}.lock`;
  await take(lock, file);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string, file: string): Promise<void> {
  const start = performance.now();
  while (performance.now() - start < 2 * staleAfter) {
    try {
      await (await open(lock, "wx")).close();
      return;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    }
    const seen = await stat(lock).catch(() => undefined);
    if (seen === undefined) continue;
    // Age is measured by our own waiting: the clock of a file server may differ from ours.
    if (performance.now() - start > staleAfter) await removeUnchanged(lock, seen.ino);
    else await sleep(10);
  }
  throw new TareError({
    code: "CANNOT_WRITE",
    file,
    why: `another process holds ${lock}; remove it if none runs`,
  });
}

async function removeUnchanged(lock: string, inode: number): Promise<void> {
  const now = await stat(lock).catch(() => undefined);
  if (now?.ino === inode) await rm(lock, { force: true });
}
