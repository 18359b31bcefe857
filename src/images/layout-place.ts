import { randomUUID } from "node:crypto";
import { rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type AnyBytes, abortable } from "../bytes/bytes.ts";
import { hashed } from "../bytes/digest.ts";
import { makeFolders } from "../bytes/make-folders.ts";
import { writeFailure, writeSynced } from "../bytes/write-file.ts";
import { blobPath } from "../formats/oci/layout.ts";
import type { Content } from "../model/content.ts";
import type { Store } from "../model/seams.ts";
import { readPart } from "./file-set.ts";
import { isLayout } from "./save-layout.ts";

/**
 * Makes a layer whose bytes are written to an image layout at once, as blobs: what is to end there need not be written
 * anywhere else first. `make` may keep several; all but the layer's go again. Returns the bytes that were not there before.
 * @throws CANNOT_WRITE, DISK_FULL, what `make` throws: nothing of it is left then
 */
export async function makeInLayout<Made extends { readonly layer: Content }>(
  folder: string,
  make: (keep: Store["add"]) => Promise<Made>,
): Promise<{ readonly made: Made; readonly bytes: number }> {
  const blobs = join(folder, "blobs", "sha256");
  const added = new Set<string>();
  const isNew = (await sizeOf(folder)) === undefined;
  const keep: Store["add"] = async (source, _what, signal) => {
    const { digest, size, isNew, file } = await addBlob(folder, blobs, abortable(source, signal));
    if (isNew) added.add(file);
    return { digest, size, file, open: (stop) => readPart(file, 0, size, stop) };
  };
  const clear = async (but?: string) => {
    for (const file of added) if (file !== but) await rm(file, { force: true });
  };
  try {
    const made = await make(keep);
    const file = join(folder, blobPath(made.layer.digest));
    await clear(file);
    return { made, bytes: added.has(file) ? made.layer.size : 0 };
  } catch (cause) {
    await clear();
    // Each only when there is nothing in it.
    for (const empty of [blobs, dirname(blobs), ...(isNew ? [folder] : [])])
      await rmdir(empty).catch(() => undefined);
    throw cause;
  }
}

async function addBlob(folder: string, blobs: string, source: AnyBytes) {
  const beside = join(blobs, `.${randomUUID()}.part`);
  const { bytes, result } = hashed(source);
  try {
    await makeFolders(folder);
    await isLayout(folder);
    await makeFolders(blobs);
    await writeSynced(beside, bytes, 0o666, folder);
    const { digest, size } = result();
    const file = join(folder, blobPath(digest));
    const isNew = (await sizeOf(file)) !== size;
    await rename(beside, file);
    return { digest, size, file, isNew };
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw writeFailure(cause, folder);
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.size;
}
