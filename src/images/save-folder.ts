import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { collect } from "../bytes/bytes.ts";
import { algorithmOf, type Digest, hexOf } from "../bytes/digest.ts";
import { writeFailure } from "../bytes/write-file.ts";
import { TareError } from "../errors.ts";
import { decodeIndex } from "../formats/oci/image-index.ts";
import { documentLimit } from "../formats/oci/json.ts";
import type { Content } from "../model/content.ts";
import type { Image, ImageIndex } from "../model/image.ts";
import { Additions } from "./additions.ts";
import { blobsOf, isIndex } from "./blobs.ts";
import { writeWhole } from "./output-file.ts";

/** File names of skopeo's directory transport (containers-transports(5), `dir:`). */
export const versionFile = "version";
const versionText = "Directory Transport Version: 1.1\n";
export const versionPattern: RegExp = /^Directory Transport Version: 1\.[0-9]+\n?$/;
export const folderManifest = "manifest.json";

/** `<hex>`; an image of an index has its manifest in `<hex>.manifest.json`. */
export function folderBlob(digest: Digest): string {
  const hex = hexOf(digest);
  return algorithmOf(digest) === "sha256" ? hex : `${algorithmOf(digest)}-${hex}`;
}

/**
 * Writes an image as skopeo's `dir:` has it. A folder of that kind is replaced: what belonged to the image before and
 * not to this one is removed at the end; on failure and on abort, what was added goes. Returns the bytes written.
 * @throws CANNOT_WRITE, DISK_FULL
 */
export async function saveFolder(
  image: Image | ImageIndex,
  folder: string,
  signal?: AbortSignal,
): Promise<number> {
  const additions = new Additions();
  let replaced = false;
  try {
    await prepare(folder, additions);
    const root = isIndex(image) ? image.index : image.manifest;
    const manifests = isIndex(image) ? await listedIn(image, folder) : new Set<Digest>();
    const kept = new Set([versionFile, folderManifest]);
    let written = 0;
    for (const blob of blobsOf(image)) {
      if (blob.digest === root.digest) continue;
      const name = `${folderBlob(blob.digest)}${manifests.has(blob.digest) ? ".manifest.json" : ""}`;
      kept.add(name);
      written += await saveBlob(blob, join(folder, name), additions, signal);
    }
    written += await writeWhole(join(folder, folderManifest), (sink) => sink.addContent(root, signal));
    replaced = true;
    for (const name of await readdir(folder))
      if (/^[0-9a-f]{64}(?:\.manifest\.json)?$/.test(name) && !kept.has(name)) await rm(join(folder, name));
    return written;
  } catch (cause) {
    // Why it failed matters more than what cannot be removed.
    if (!replaced) await additions.removeFiles().catch(() => undefined);
    await additions.removeFolders();
    throw writeFailure(cause, folder);
  }
}

/** Digests of all manifests of an index, attachments included. */
async function listedIn({ index, mediaType }: ImageIndex, where: string): Promise<ReadonlySet<Digest>> {
  const bytes = await collect(index.open(), documentLimit, where);
  return new Set(decodeIndex(bytes, mediaType, where).manifests.map(({ digest }) => digest));
}

async function saveBlob(
  blob: Content,
  file: string,
  additions: Additions,
  signal: AbortSignal | undefined,
): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() && found.size === blob.size) return 0;
  const written = await writeWhole(file, (sink) => sink.addContent(blob, signal));
  if (found === undefined) additions.addFile(file);
  return written;
}

async function prepare(folder: string, additions: Additions): Promise<void> {
  await additions.makeFolders(folder);
  const names = await readdir(folder);
  if (names.length > 0) {
    const stranger = await strangerIn(folder, names);
    if (stranger === undefined) return;
    throw new TareError({
      code: "CANNOT_WRITE",
      file: folder,
      why: `it is a folder with other things in it (${stranger}), not an image of the dir: kind`,
    });
  }
  const version = join(folder, versionFile);
  await writeWhole(version, (sink) => sink.add(Buffer.from(versionText)));
  additions.addFile(version);
}

/** What shows that a folder is no image of this kind: many a project has files called `version` and `manifest.json`. */
async function strangerIn(folder: string, names: readonly string[]): Promise<string | undefined> {
  if (!names.includes(versionFile)) return names[0];
  const version = await readBounded(join(folder, versionFile), 1000);
  if (!versionPattern.test(version ?? "")) return versionFile;
  if (!names.includes(folderManifest)) return undefined;
  const manifest = await readBounded(join(folder, folderManifest), documentLimit);
  return isManifest(manifest ?? "") ? undefined : folderManifest;
}

/** Undefined for what is no file or a larger one. */
async function readBounded(file: string, limit: number): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() && found.size <= limit ? readFile(file, "utf8") : undefined;
}

function isManifest(text: string): boolean {
  try {
    return typeof JSON.parse(text)?.schemaVersion === "number";
  } catch {
    return false;
  }
}
