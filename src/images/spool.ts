import { randomUUID } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { AnyBytes } from "../bytes/bytes.ts";
import { writeFailure } from "../bytes/write-file.ts";
import { intoFile, Sink } from "./sink.ts";

/**
 * Keeps a stream in a new file of `folder`, since it is to be read at random, and returns the file's path. Not synced:
 * the file is of use to this process only. `seen` is told the bytes so far.
 * @throws DISK_FULL, CANNOT_WRITE, and whatever the source throws; nothing is left then
 */
export async function spool(
  source: AnyBytes,
  folder: string,
  seen: (bytes: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<string> {
  const file = join(folder, randomUUID());
  try {
    const handle = await open(file, "wx", 0o600);
    const sink = new Sink(intoFile(handle));
    try {
      for await (const chunk of source) {
        signal?.throwIfAborted();
        await sink.add(chunk);
        seen(sink.size);
      }
      await sink.end();
    } finally {
      await sink.settle();
      await handle.close();
    }
    return file;
  } catch (cause) {
    await rm(file, { force: true });
    throw writeFailure(cause, file);
  }
}
