import { closeSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeAll, writeFailure } from "../bytes/write-file.ts";
import { TareError } from "../errors.ts";
import { sidecarLine, sidecarStart } from "../formats/sidecar.ts";
import { besideName } from "../images/output-file.ts";
import type { Entry } from "../model/entry.ts";
import type { Loss } from "./losses.ts";
import { discard, placeAt, type Staging, settle, stage } from "./place.ts";
import { TreeWriter, type WritePlan } from "./tree-writer.ts";

export interface ExtractOptions extends WritePlan {
  /** What the entries are of, for sentences. */
  readonly where: string;
  /** A folder that an earlier extraction made gives way to this one. */
  readonly replace?: boolean;
  readonly signal?: AbortSignal;
}

/** What was extracted. A plain value. */
export interface Extracted {
  readonly folder: string;
  /** The file beside it that has all entries' attributes, kept in the folder or not. */
  readonly sidecar: string;
  readonly entries: number;
  /** Bytes of all files. */
  readonly size: number;
  /** What the folder did not keep. */
  readonly losses: readonly Loss[];
}

/**
 * Writes entries as files below `folder`, which is new or empty: all of them, or nothing. An entry comes after those
 * that it needs, as in a tar; folders that none speaks of get mode 0755. Whatever the entries say, nothing outside the
 * folder is touched. Works on Linux, as any user.
 * @throws CANNOT_WRITE, DISK_FULL; BAD_ARCHIVE for entries that lead outside or contradict each other; TOO_LARGE past
 * `sizeLimit`; whatever the entries throw
 */
export async function extractTree(
  entries: AsyncIterable<Entry> | Iterable<Entry>,
  folder: string,
  options: ExtractOptions,
): Promise<Extracted> {
  let at = "";
  try {
    const place = await placeAt(folder, options.replace ?? false);
    const staged = await stage(place);
    const writer = new TreeWriter(staged.folder, options.where, options);
    const stagedSidecar = besideName(place.sidecar);
    let former: Staging | undefined;
    try {
      await writeLines(stagedSidecar, async (addLine) => {
        await addLine(sidecarStart);
        for await (const entry of entries) {
          options.signal?.throwIfAborted();
          at = entry.path;
          await writer.add(entry, options.signal);
          await addLine(sidecarLine(entry));
        }
        at = "";
        writer.finish();
      });
      options.signal?.throwIfAborted();
      former = await settle(staged, stagedSidecar, place);
    } catch (cause) {
      // Why it failed matters more than what cannot be removed.
      await discard(staged).catch(() => undefined);
      await rm(stagedSidecar, { force: true });
      throw cause;
    } finally {
      writer.close();
    }
    closeSync(staged.folder);
    if (former !== undefined) await discard(former);
    const { entries: count, size, losses } = writer;
    return { folder, sidecar: place.sidecar, entries: count, size, losses: losses.all() };
  } catch (cause) {
    throw failureAt(cause, join(folder, at));
  }
}

const pieceSize = 64 << 10;

/** Makes a file of lines, written in larger pieces: the last line only when all is done, since the file's time tells when. */
async function writeLines(
  path: string,
  fill: (add: (line: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const file = await open(path, "wx", 0o644);
  try {
    let waiting: Uint8Array[] = [];
    let size = 0;
    await fill(async (line) => {
      if (size >= pieceSize) {
        await writeAll(file, Buffer.concat(waiting));
        [waiting, size] = [[], 0];
      }
      waiting.push(line);
      size += line.byteLength;
    });
    await writeAll(file, Buffer.concat(waiting));
  } finally {
    await file.close();
  }
}

const reasons: Readonly<Record<string, string>> = {
  EBUSY: "something is mounted there; name a new folder below it",
  EILSEQ: "the file system does not take its name",
  EINVAL: "the file system does not take it",
  EMLINK: "the file system does not take so many links to one file",
  EXDEV: "something is mounted there; name a new folder below it",
};

function failureAt(cause: unknown, file: string): unknown {
  const why = reasons[(cause as NodeJS.ErrnoException)?.code ?? ""];
  if (why === undefined || cause instanceof TareError) return writeFailure(cause, file);
  return new TareError({ code: "CANNOT_WRITE", file, why }, { cause });
}
