import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type AnyBytes, abortable, type Bytes } from "../bytes/bytes.ts";
import { algorithmOf, type Digest, type Expected, hashed, hexOf, verified } from "../bytes/digest.ts";
import { makeFolders } from "../bytes/make-folders.ts";
import { writeFailure, writeSynced } from "../bytes/write-file.ts";
import { TareError } from "../errors.ts";
import type { Store, StoredContent } from "../model/seams.ts";
import { readMemo, writeMemo } from "./memo.ts";

/** Content and memory in one folder; see the room's README for its shape. */
export interface DiskStore extends Store {
  readonly folder: string;
  /** A new empty folder for this process's temporary files; the caller removes it. */
  scratch(): Promise<string>;
}

/** Opens a store, making its folders where they are missing. @throws CANNOT_WRITE, DISK_FULL */
export async function openStore(folder: string): Promise<DiskStore> {
  const temporary = join(folder, "tmp");
  try {
    await makeFolders(temporary);
  } catch (cause) {
    const failure = writeFailure(cause, folder);
    if (!(failure instanceof TareError) || failure.problem.code !== "CANNOT_WRITE") throw failure;
    const why = `${failure.problem.why}; TARE_STORE names another folder for what tare keeps`;
    throw new TareError({ ...failure.problem, why }, { cause });
  }
  const newTemporary = () => join(temporary, `${process.pid}-${randomUUID()}`);

  async function find(digest: Digest): Promise<StoredContent | undefined> {
    const file = blobFile(folder, digest);
    const size = await sizeOf(file);
    return size === undefined ? undefined : storedContent(digest, size, file);
  }

  /** Writes, then asks what digest it has; the bytes get their name only after the last one was seen. */
  async function keep(source: AnyBytes, digestAtEnd: () => Digest): Promise<StoredContent> {
    const beside = newTemporary();
    try {
      const size = await writeSynced(beside, source, 0o644);
      const digest = digestAtEnd();
      const file = blobFile(folder, digest);
      await renameInto(beside, file);
      return storedContent(digest, size, file);
    } catch (cause) {
      await rm(beside, { force: true });
      throw cause;
    }
  }

  return {
    folder,
    find,
    async put(source, want: Expected, what, signal) {
      const present = await find(want.digest);
      // A file of another length was damaged where it lies: it is replaced.
      if (present !== undefined && present.size === (want.size ?? present.size)) return present;
      return keep(verified(abortable(source, signal), want, what), () => want.digest);
    },
    async add(source, _what, signal) {
      const { bytes, result } = hashed(abortable(source, signal));
      return keep(bytes, () => result().digest);
    },
    recall: (room, key) => readMemo(folder, room, key),
    async remember(room, key, value) {
      await writeMemo(folder, room, key, value).catch((cause) => {
        throw writeFailure(cause, folder);
      });
    },
    async scratch() {
      const path = newTemporary();
      await mkdir(path).catch((cause) => {
        throw writeFailure(cause, path);
      });
      return path;
    },
  };
}

/** `blobs/sha256/ab/abcdef…` */
export function blobFile(folder: string, digest: Digest): string {
  const hex = hexOf(digest);
  return join(folder, "blobs", algorithmOf(digest), hex.slice(0, 2), hex);
}

function storedContent(digest: Digest, size: number, file: string): StoredContent {
  return { digest, size, file, open: (signal) => readBlob(file, signal) };
}

async function* readBlob(file: string, signal?: AbortSignal): Bytes {
  yield* createReadStream(file, { highWaterMark: 1 << 20, ...(signal && { signal }) });
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    const found = await stat(file);
    return found.isFile() ? found.size : undefined;
  } catch {
    return undefined;
  }
}

async function renameInto(from: string, to: string): Promise<void> {
  try {
    await rename(from, to).catch(async (cause: NodeJS.ErrnoException) => {
      if (cause.code !== "ENOENT") throw cause;
      await makeFolders(dirname(to));
      await rename(from, to);
    });
  } catch (cause) {
    throw writeFailure(cause, to);
  }
}
