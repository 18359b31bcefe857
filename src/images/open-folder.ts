import { digestOf } from "../bytes/digest.ts";
import { manifestFile } from "../formats/docker-archive/manifest.ts";
import { documentLimit, JsonDoor } from "../formats/oci/json.ts";
import { mediaTypes } from "../formats/oci/media-types.ts";
import { completeImage } from "./complete.ts";
import { contentIn, type FileSet, readDocument } from "./file-set.ts";
import type { OpenedImage } from "./opened-image.ts";
import { folderBlob, folderManifest, versionFile, versionPattern } from "./save-folder.ts";

/** The image of a folder of skopeo's `dir:` kind. @throws BAD_ARCHIVE */
export async function openFolder(files: FileSet): Promise<OpenedImage> {
  const format = "image of the dir: kind";
  const version = (await readDocument(files, versionFile, 1000, format)).toString("utf8");
  const door = new JsonDoor(format, files.where);
  if (!versionPattern.test(version)) door.refuse("its version is not 1.1");
  const bytes = await readDocument(files, folderManifest, documentLimit, format);
  const from = door.object(door.parse(bytes), manifestFile);
  const guess = from.manifests === undefined ? mediaTypes.manifest : mediaTypes.index;
  const mediaType = door.optionalText(from.mediaType, "mediaType") ?? guess;
  const root = { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
  const image = await completeImage(
    root,
    (wanted, kind) => {
      const name = folderBlob(wanted.digest);
      const own = wanted.digest === root.digest ? folderManifest : `${name}.manifest.json`;
      return contentIn(files, kind === "manifest" ? own : name, wanted);
    },
    files.where,
  );
  return { image, names: [], manifestMade: false };
}
