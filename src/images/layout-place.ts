import { randomUUID } from "node:crypto";
import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type AnyBytes, abortable } from "../bytes/bytes.ts";
import { hashed } from "../bytes/digest.ts";
import { writeFailure, writeSynced } from "../bytes/write-file.ts";
import { blobPath } from "../formats/oci/layout.ts";
import type { Content } from "../model/content.ts";
import type { Store } from "../model/seams.ts";
import { readPart } from "./file-set.ts";
import { LayoutAdditions } from "./layout-additions.ts";
import { isLayout } from "./save-layout.ts";

export interface MadeInLayout<Made> {
  readonly made: Made;
  /** Those that were not there before. */
  readonly bytes: number;
  /** Takes the layer away again, unless the layout's index changed since. Never throws. */
  readonly undo: () => Promise<void>;
}

/**
 * Makes a layer whose bytes are written to an image layout at once, as blobs: what is to end there need not be written
 * anywhere else first. `make` may keep several; all but the layer's go again.
 * @throws CANNOT_WRITE, DISK_FULL, what `make` throws: nothing of it is left then
 */
export async function makeInLayout<Made extends { readonly layer: Content }>(
  folder: string,
  make: (keep: Store["add"]) => Promise<Made>,
): Promise<MadeInLayout<Made>> {
  const additions = new LayoutAdditions(folder);
  const keep: Store["add"] = async (source, _what, signal) => {
    const { digest, size, file } = await addBlob(folder, additions, abortable(source, signal));
    return { digest, size, file, open: (stop) => readPart(file, 0, size, stop) };
  };
  const undo = () => additions.undo();
  try {
    const made = await make(keep);
    const file = join(folder, blobPath(made.layer.digest));
    await additions.removeFiles(file);
    return { made, bytes: additions.hasFile(file) ? made.layer.size : 0, undo };
  } catch (cause) {
    await undo();
    throw cause;
  }
}

async function addBlob(folder: string, additions: LayoutAdditions, source: AnyBytes) {
  const blobs = join(folder, "blobs", "sha256");
  const beside = join(blobs, `.${randomUUID()}.part`);
  const { bytes, result } = hashed(source);
  try {
    await additions.makeFolders(folder);
    await isLayout(folder);
    await additions.makeFolders(blobs);
    await writeSynced(beside, bytes, 0o666, folder);
    const { digest, size } = result();
    const file = join(folder, blobPath(digest));
    if ((await sizeOf(file)) !== size) additions.addFile(file);
    await rename(beside, file);
    return { digest, size, file };
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw writeFailure(cause, folder);
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.size;
}
