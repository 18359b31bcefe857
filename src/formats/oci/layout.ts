import { algorithmOf, type Digest, hexOf } from "../../bytes/digest.ts";
import { encodeJson, JsonDoor } from "./json.ts";

/** File names and the marker of an image layout 1.0 (image-spec, image-layout.md). */
export const layoutFile = "oci-layout";
export const indexFile = "index.json";
export const layoutMarker: Uint8Array = encodeJson({ imageLayoutVersion: "1.0.0" });

/** Of an index entry: the tag (annotations.md). */
export const refNameAnnotation = "org.opencontainers.image.ref.name";
/** Of an index entry: the full reference, for those who load an archive (containerd, docker, podman). */
export const imageNameAnnotation = "io.containerd.image.name";

/** `blobs/sha256/<hex>`. */
export function blobPath(digest: Digest): string {
  return `blobs/${algorithmOf(digest)}/${hexOf(digest)}`;
}

/** @throws BAD_ARCHIVE when it marks another version than 1.x */
export function checkLayoutMarker(bytes: Uint8Array, where: string): void {
  const door = new JsonDoor("OCI image layout", where);
  const version = door.text(door.object(door.parse(bytes), "it").imageLayoutVersion, "imageLayoutVersion");
  if (!/^1\.[0-9]+\.[0-9]+$/.test(version))
    door.refuse(`its version is ${JSON.stringify(version)}, not 1.0.0`);
}
