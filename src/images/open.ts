import { stat } from "node:fs/promises";
import type { AnyBytes, Bytes } from "../bytes/bytes.ts";
import { decompress } from "../bytes/compression/compression.ts";
import { TareError } from "../errors.ts";
import { indexFile, layoutFile } from "../formats/oci/layout.ts";
import type { Image, ImageIndex } from "../model/image.ts";
import { archiveFiles, isCompressed } from "./archive-files.ts";
import { type DaemonSeams, dockerDaemon } from "./docker-daemon.ts";
import { type DiscoverySeams, fetchAci } from "./fetch-aci.ts";
import { type FileSet, folderFiles, readPart } from "./file-set.ts";
import { isDisk, isRootAlone, type Location, locationShapes, locationText } from "./location.ts";
import { openAci } from "./open-aci.ts";
import { openDockerArchive } from "./open-docker-archive.ts";
import { openFolder } from "./open-folder.ts";
import { openLayout } from "./open-layout.ts";
import type { OpenedImage } from "./opened-image.ts";
import { spool } from "./spool.ts";

export interface OpenOptions extends DaemonSeams {
  /** What `-` is. Read once. */
  readonly stdin?: AnyBytes;
  /** A folder for what must be read at random and comes as a stream. The caller removes it after the image's last use. */
  readonly scratch?: () => Promise<string>;
  /** What finds and checks `aci://`; without it, none is fetched. */
  readonly discovery?: Omit<DiscoverySeams, "progress" | "signal">;
}

/** The image at a location, as {@link openNamed} finds it. @throws the same */
export async function openImage(location: Location, options: OpenOptions = {}): Promise<Image | ImageIndex> {
  return (await openNamed(location, options)).image;
}

/**
 * The image at a location, and what it is called there. Manifests and configurations are read and verified now; a layer
 * is verified while it is read, and keeps no file open before and after. The files must stay as they are for as long as
 * the image is used. What comes as a stream (`-`, a docker daemon, `aci://`), or compressed, is kept in the scratch folder.
 * @throws BAD_ARCHIVE, DIGEST_MISMATCH, NOT_THE_IMAGE (no such name, or several and none asked for), UNREADABLE,
 * NEEDS_IMAGES, BAD_LOCATION for what is files alone (`tar:`, `nspawn:`, `wsl:`) and for a stream without a scratch folder, DAEMON_UNREACHABLE,
 * DAEMON_REFUSED, DISK_FULL, and for `aci://` what {@link fetchAci} throws
 */
export async function openNamed(location: Location, options: OpenOptions = {}): Promise<OpenedImage> {
  const { path, transport, name } = location;
  const where = locationText(location);
  if (isRootAlone(location))
    throw cannotOpen(
      location,
      "an image can be written there, but not opened; `tare import` makes one of a tarball",
    );
  if (isDisk(location)) throw cannotOpen(location, "an image can be written there, but not opened");
  if (transport === "docker-daemon") {
    if (name === undefined)
      throw cannotOpen(location, `it names no image, as in ${locationShapes[transport]}`);
    const file = await spoolFromDaemon(location, name, options);
    // The daemon was asked for one image, and may have called it by its ID.
    return openArchive(await archiveFiles(file, where), undefined, false);
  }
  if (transport === "aci" && name !== undefined) {
    const { discovery, progress, signal } = options;
    if (discovery === undefined)
      throw cannotOpen(location, "it is in the network; bring it here first with `tare copy`");
    const seams = { ...discovery, ...(progress && { progress }), ...(signal && { signal }) };
    return fetchAci(name, await scratchFor(location, options), seams);
  }
  if (path === "-") {
    if (options.stdin === undefined) throw cannotOpen(location, "there is no input to read from");
    const plain = decompress(options.stdin, "the standard input");
    const file = await spool(plain, await scratchFor(location, options), undefined, options.signal);
    if (transport === "aci") return openAci(await fileContent(file), where);
    if (transport === "incus") return incusAt(file, where);
    return openArchive(await archiveFiles(file, where), name, transport === "oci-archive");
  }
  await assertThere(path, transport === "oci" || transport === "dir");
  if (transport === "oci") return openLayout(folderFiles(path), name);
  if (transport === "dir") return openFolder(folderFiles(path));
  if (transport === "aci") return openAci(await fileContent(path), path);
  if (transport === "incus") return incusAt(path, path);
  const file = await unpacked(path, options);
  return openArchive(await archiveFiles(file, path), name, transport === "oci-archive");
}

/** YAML's parser is loaded for nothing else here. */
async function incusAt(file: string, where: string): Promise<OpenedImage> {
  const { openIncus } = await import("./open-incus.ts");
  return openIncus(await fileContent(file), where);
}

/** Unpacked once where there is room for it, and not once for each of its files. */
async function unpacked(path: string, { scratch, signal }: OpenOptions): Promise<string> {
  if (scratch === undefined || !(await isCompressed(path))) return path;
  const source = await fileContent(path);
  return spool(decompress(source(signal), path), await scratch(), undefined, signal);
}

async function fileContent(file: string): Promise<(signal?: AbortSignal) => Bytes> {
  const { size } = await stat(file);
  return (signal) => readPart(file, 0, size, signal);
}

async function spoolFromDaemon(location: Location, name: string, options: OpenOptions): Promise<string> {
  const { progress, signal } = options;
  const folder = await scratchFor(location, options);
  const archive = await (await dockerDaemon(options)).save(name);
  const seen = (done: number) => progress?.({ kind: "transfer", name, done, total: undefined });
  return spool(archive, folder, seen, signal);
}

async function scratchFor(location: Location, { scratch }: OpenOptions): Promise<string> {
  if (scratch === undefined)
    throw cannotOpen(location, "it is a stream, and there is no scratch folder to keep it in");
  return scratch();
}

function cannotOpen(location: Location, why: string): TareError {
  return new TareError({ code: "BAD_LOCATION", text: locationText(location), why });
}

/** An archive of both kinds is read as the kind that knows its manifest. */
async function openArchive(
  files: FileSet,
  name: string | undefined,
  needsLayout: boolean,
): Promise<OpenedImage> {
  const layout = (await files.find(layoutFile)) !== undefined && (await files.find(indexFile)) !== undefined;
  return layout || needsLayout
    ? openLayout(files, name, needsLayout ? "tag" : "reference")
    : openDockerArchive(files, name);
}

async function assertThere(path: string, folder: boolean): Promise<void> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "it does not exist" : "permission denied";
    throw new TareError({ code: "UNREADABLE", file: path, why }, { cause });
  });
  if (found.isDirectory() !== folder)
    throw new TareError({
      code: "UNREADABLE",
      file: path,
      why: folder ? "it is not a folder" : "it is a folder, not an archive",
    });
}
