import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { collect } from "../bytes/bytes.ts";
import { algorithmOf, type Digest, hexOf } from "../bytes/digest.ts";
import { makeFolders } from "../bytes/make-folders.ts";
import { writeFailure } from "../bytes/write-file.ts";
import { TareError } from "../errors.ts";
import { decodeIndex } from "../formats/oci/image-index.ts";
import { documentLimit } from "../formats/oci/json.ts";
import type { Content } from "../model/content.ts";
import type { Image, ImageIndex } from "../model/image.ts";
import { blobsOf, isIndex } from "./blobs.ts";
import { writeWhole } from "./output-file.ts";

/** File names of skopeo's directory transport (containers-transports(5), `dir:`). */
export const versionFile = "version";
const versionText = "Directory Transport Version: 1.1\n";
export const folderManifest = "manifest.json";

/** `<hex>`; an image of an index has its manifest in `<hex>.manifest.json`. */
export function folderBlob(digest: Digest): string {
  const hex = hexOf(digest);
  return algorithmOf(digest) === "sha256" ? hex : `${algorithmOf(digest)}-${hex}`;
}

/**
 * Writes an image as skopeo's `dir:` has it. A folder of that kind is replaced: what belonged to the image before and
 * not to this one is removed at the end. Returns the bytes written.
 * @throws CANNOT_WRITE, DISK_FULL
 */
export async function saveFolder(
  image: Image | ImageIndex,
  folder: string,
  signal?: AbortSignal,
): Promise<number> {
  try {
    await prepare(folder);
    const root = isIndex(image) ? image.index : image.manifest;
    const manifests = isIndex(image) ? await listedIn(image, folder) : new Set<Digest>();
    const kept = new Set([versionFile, folderManifest]);
    let written = 0;
    for (const blob of blobsOf(image)) {
      if (blob.digest === root.digest) continue;
      const name = `${folderBlob(blob.digest)}${manifests.has(blob.digest) ? ".manifest.json" : ""}`;
      kept.add(name);
      written += await saveBlob(blob, join(folder, name), signal);
    }
    written += await writeWhole(join(folder, folderManifest), (sink) => sink.addContent(root, signal));
    for (const name of await readdir(folder))
      if (/^[0-9a-f]{64}(?:\.manifest\.json)?$/.test(name) && !kept.has(name)) await rm(join(folder, name));
    return written;
  } catch (cause) {
    throw writeFailure(cause, folder);
  }
}

/** Digests of all manifests of an index, attachments included. */
async function listedIn({ index, mediaType }: ImageIndex, where: string): Promise<ReadonlySet<Digest>> {
  const bytes = await collect(index.open(), documentLimit, where);
  return new Set(decodeIndex(bytes, mediaType, where).manifests.map(({ digest }) => digest));
}

async function saveBlob(blob: Content, file: string, signal?: AbortSignal): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() && found.size === blob.size) return 0;
  return writeWhole(file, (sink) => sink.addContent(blob, signal));
}

async function prepare(folder: string): Promise<void> {
  await makeFolders(folder);
  const names = await readdir(folder);
  if (names.includes(versionFile)) return;
  if (names.length > 0)
    throw new TareError({
      code: "CANNOT_WRITE",
      file: folder,
      why: `it is a folder with other things in it (${names[0]}), not an image of the dir: kind`,
    });
  await writeWhole(join(folder, versionFile), (sink) => sink.add(Buffer.from(versionText)));
}
