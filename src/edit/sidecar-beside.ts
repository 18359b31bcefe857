import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { readFailure } from "../bytes/read-failure.ts";
import { TareError } from "../errors.ts";
import { readSidecar, sidecarOf } from "../formats/sidecar.ts";
import type { EntryHeader } from "../model/entry.ts";

export interface Sidecar {
  readonly file: string;
  readonly entries: ReadonlyMap<string, EntryHeader>;
}

/** What an earlier extraction left beside a folder; undefined when there is none. @throws BAD_ARCHIVE, UNREADABLE */
export async function sidecarBeside(folder: string): Promise<Sidecar | undefined> {
  const file = sidecarOf(await realpath(folder).catch(() => folder));
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  try {
    return { file, entries: await readSidecar(createReadStream(file, { highWaterMark: 1 << 20 }), file) };
  } catch (cause) {
    throw cause instanceof TareError ? cause : readFailure(cause, file);
  }
}
