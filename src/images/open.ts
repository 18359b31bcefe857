import { stat } from "node:fs/promises";
import { digestOf } from "../bytes/digest.ts";
import { TareError } from "../errors.ts";
import { manifestFile } from "../formats/docker-archive/manifest.ts";
import { decodeIndex } from "../formats/oci/image-index.ts";
import { documentLimit, JsonDoor } from "../formats/oci/json.ts";
import {
  blobPath,
  checkLayoutMarker,
  imageNameAnnotation,
  indexFile,
  layoutFile,
} from "../formats/oci/layout.ts";
import { isIndexType, isManifestType, mediaTypes } from "../formats/oci/media-types.ts";
import type { Descriptor, Image, ImageIndex } from "../model/image.ts";
import { archiveFiles } from "./archive-files.ts";
import { completeImage } from "./complete.ts";
import { contentIn, type FileSet, folderFiles, readDocument } from "./file-set.ts";
import { type Location, locationText } from "./location.ts";
import { goesBy, tagOf } from "./names.ts";
import { openDockerArchive } from "./open-docker-archive.ts";
import { folderBlob, folderManifest, versionFile } from "./save-folder.ts";

/**
 * The image at a location. Manifests and configurations are read and verified now; a layer is verified while it is
 * read, and keeps no file open before and after. The files must stay as they are for as long as the image is used.
 * @throws BAD_ARCHIVE, DIGEST_MISMATCH, NOT_THE_IMAGE (no such name, or several and none asked for), UNREADABLE,
 * BAD_LOCATION for `tar:` and `-`
 */
export async function openImage(location: Location): Promise<Image | ImageIndex> {
  const { path, transport, name } = location;
  if (transport === "tar" || path === "-")
    throw new TareError({
      code: "BAD_LOCATION",
      text: locationText(location),
      why: "an image can be written there, but not opened",
    });
  await assertThere(path, transport === "oci" || transport === "dir");
  if (transport === "oci") return openLayout(folderFiles(path), name);
  if (transport === "dir") return openFolder(folderFiles(path));
  const files = await archiveFiles(path);
  // An archive of both kinds is read as the kind that knows its manifest.
  const layout = (await files.find(layoutFile)) !== undefined && (await files.find(indexFile)) !== undefined;
  return layout || transport === "oci-archive" ? openLayout(files, name) : openDockerArchive(files, name);
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

async function openLayout(files: FileSet, name: string | undefined): Promise<Image | ImageIndex> {
  const format = "OCI image layout";
  checkLayoutMarker(await readDocument(files, layoutFile, documentLimit, format), files.where);
  const bytes = await readDocument(files, indexFile, documentLimit, format);
  const { manifests } = decodeIndex(bytes, mediaTypes.index, `${files.where}: ${indexFile}`);
  const descriptor = choose(manifests, name, files.where);
  return completeImage(
    descriptor,
    (wanted) => contentIn(files, blobPath(wanted.digest), wanted),
    files.where,
  );
}

function choose(manifests: readonly Descriptor[], name: string | undefined, where: string): Descriptor {
  const images = manifests.filter(
    ({ mediaType, artifactType }) =>
      artifactType === undefined && (isManifestType(mediaType) || isIndexType(mediaType)),
  );
  const wanted = name === undefined ? images : images.filter((image) => goesBy(image, name));
  const [first, ...others] = wanted;
  // One image may stand there under several names.
  if (first !== undefined && others.every(({ digest }) => digest === first.digest)) return first;
  const have = images.map((image) => image.annotations?.[imageNameAnnotation] ?? tagOf(image));
  throw new TareError({
    code: "NOT_THE_IMAGE",
    where,
    want: name,
    have: have.filter((text) => text !== undefined),
  });
}

async function openFolder(files: FileSet): Promise<Image | ImageIndex> {
  const format = "image of the dir: kind";
  const version = (await readDocument(files, versionFile, 1000, format)).toString("utf8");
  const door = new JsonDoor(format, files.where);
  if (!/^Directory Transport Version: 1\.[0-9]+\n?$/.test(version)) door.refuse("its version is not 1.1");
  const bytes = await readDocument(files, folderManifest, documentLimit, format);
  const from = door.object(door.parse(bytes), manifestFile);
  const guess = from.manifests === undefined ? mediaTypes.manifest : mediaTypes.index;
  const mediaType = door.optionalText(from.mediaType, "mediaType") ?? guess;
  const root = { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
  return completeImage(
    root,
    (wanted, kind) => {
      const name = folderBlob(wanted.digest);
      const own = wanted.digest === root.digest ? folderManifest : `${name}.manifest.json`;
      return contentIn(files, kind === "manifest" ? own : name, wanted);
    },
    files.where,
  );
}
