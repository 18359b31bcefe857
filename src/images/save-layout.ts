import { constants } from "node:fs";
import { copyFile, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncFolder, writeFailure } from "../bytes/write-file.ts";
import { TareError } from "../errors.ts";
import { decodeIndex, encodeIndex, type Index } from "../formats/oci/image-index.ts";
import { blobPath, checkLayoutMarker, indexFile, layoutFile, layoutMarker } from "../formats/oci/layout.ts";
import { mediaTypes } from "../formats/oci/media-types.ts";
import { type Content, storedFiles } from "../model/content.ts";
import type { Descriptor, Image, ImageIndex } from "../model/image.ts";
import { blobsOf } from "./blobs.ts";
import { LayoutAdditions } from "./layout-additions.ts";
import { withLock } from "./lock.ts";
import { tagOf } from "./names.ts";
import { besideName, writeWhole } from "./output-file.ts";

/**
 * Adds an image to an image layout 1.0, making the layout where there is none. Blobs that are there already stay;
 * other tags stay; the same tag moves. `descriptor` is what the layout's index says of the image. On failure and on
 * abort what was added goes again. Returns the bytes written.
 * @throws CANNOT_WRITE, DISK_FULL, BAD_ARCHIVE when the layout that is there is not sound
 */
export async function saveLayout(
  image: Image | ImageIndex,
  descriptor: Descriptor,
  folder: string,
  signal?: AbortSignal,
): Promise<number> {
  const additions = new LayoutAdditions(folder);
  try {
    const add = () => addBlobs(image, folder, additions, signal);
    const written = await add();
    return written + (await mergeIndex(folder, descriptor, add));
  } catch (cause) {
    await additions.undo();
    throw writeFailure(cause, folder);
  }
}

async function addBlobs(
  image: Image | ImageIndex,
  folder: string,
  additions: LayoutAdditions,
  signal: AbortSignal | undefined,
): Promise<number> {
  await prepare(folder, additions);
  let written = 0;
  const folders = new Set<string>();
  for (const blob of blobsOf(image)) {
    signal?.throwIfAborted();
    const file = join(folder, blobPath(blob.digest));
    const before = await sizeOf(file);
    if (before === blob.size) continue;
    await additions.makeFolders(dirname(file));
    written += await saveBlob(blob, file, signal);
    if (before === undefined) additions.addFile(file);
    folders.add(dirname(file));
  }
  for (const changed of folders) await syncFolder(changed);
  return written;
}

async function prepare(folder: string, additions: LayoutAdditions): Promise<void> {
  await additions.makeFolders(folder);
  if (await isLayout(folder)) return;
  await additions.makeFolders(join(folder, "blobs"));
  const marker = join(folder, layoutFile);
  await writeWhole(marker, (sink) => sink.add(layoutMarker));
  additions.addFile(marker);
}

/**
 * Whether a folder is an image layout already. A new or empty one may become one.
 * @throws CANNOT_WRITE for a folder of anything else, which is left alone; BAD_ARCHIVE for a layout of another version
 */
export async function isLayout(folder: string): Promise<boolean> {
  const marker = await readFile(join(folder, layoutFile)).catch(() => undefined);
  if (marker !== undefined) {
    checkLayoutMarker(marker, folder);
    return true;
  }
  const names = await readdir(folder);
  // Somebody else made it one between the two looks.
  if (names.includes(layoutFile)) return isLayout(folder);
  // Two builds that begin the same layout at once see each other's blobs before the marker.
  const strangers = names.filter(
    (name) => !/^(?:blobs|index\.json\.lock|\.oci-layout\..*\.part)$/.test(name),
  );
  if (strangers.length === 0) return false;
  throw new TareError({
    code: "CANNOT_WRITE",
    file: folder,
    why: `it is a folder with other things in it (${strangers[0]}), not an OCI image layout`,
  });
}

/** Where the file system can share the bytes of two files (btrfs, xfs), nothing is copied at all. */
async function saveBlob(blob: Content, file: string, signal?: AbortSignal): Promise<number> {
  const [only, ...others] = storedFiles(blob) ?? [];
  if (only === undefined || others.length > 0)
    return writeWhole(file, (sink) => sink.addContent(blob, signal));
  const beside = besideName(file);
  try {
    await copyFile(only, beside, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const got = await syncFile(beside);
    if (got !== blob.size) throw new TareError({ code: "TRUNCATED", what: only, want: blob.size, got });
    await rename(beside, file);
    return got;
  } catch (cause) {
    await rm(beside, { force: true });
    throw cause;
  }
}

async function syncFile(file: string): Promise<number> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}

/** Another run that fails takes what it added away: `add` looks once more that all is there. */
async function mergeIndex(
  folder: string,
  descriptor: Descriptor,
  add: () => Promise<number>,
): Promise<number> {
  const file = join(folder, indexFile);
  return withLock(file, async () => {
    const written = await add();
    const before = await readFile(file).catch(() => undefined);
    const index: Index =
      before === undefined
        ? { mediaType: mediaTypes.index, manifests: [], annotations: {} }
        : decodeIndex(before, mediaTypes.index, file);
    const others = index.manifests.filter((other) => !isReplaced(other, descriptor));
    const after = encodeIndex({ ...index, manifests: [...others, descriptor] });
    if (before?.equals(after)) return written;
    return written + (await writeWhole(file, (sink) => sink.add(after)));
  });
}

/** The same tag moves. Without a tag there is one place for an image; signatures and the like have no tag either. */
function isReplaced(other: Descriptor, descriptor: Descriptor): boolean {
  const tag = tagOf(descriptor);
  if (tag !== undefined) return tagOf(other) === tag;
  const plain = other.annotations === undefined && other.artifactType === undefined;
  return plain || (other.digest === descriptor.digest && tagOf(other) === undefined);
}
