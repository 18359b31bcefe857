import type { Descriptor } from "../../model/image.ts";
import { decodeDescriptor, descriptorJson } from "./descriptor.ts";
import { encodeJson, JsonDoor, sortedMap } from "./json.ts";

/** An image index (image-spec, image-index.md), Docker's manifest list, or the `index.json` of an image layout. */
export interface Index {
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

export function encodeIndex({ mediaType, manifests, annotations }: Index): Buffer {
  return encodeJson({
    schemaVersion: 2,
    mediaType,
    manifests: manifests.map(descriptorJson),
    annotations: sortedMap(annotations),
  });
}

/** As strict as `decodeManifest`, the other way round. @throws BAD_ARCHIVE */
export function decodeIndex(bytes: Uint8Array, mediaType: string, where: string): Index {
  const door = new JsonDoor("image index", where);
  const from = door.object(door.parse(bytes), "it");
  if (from.schemaVersion !== 2) door.refuse("its schemaVersion is not 2");
  if (from.mediaType !== undefined && from.mediaType !== mediaType)
    door.refuse(`it calls itself ${JSON.stringify(from.mediaType)}, but was to be ${mediaType}`);
  if (from.config !== undefined || from.layers !== undefined)
    door.refuse("it has the members of a manifest and of an index");
  return {
    mediaType,
    manifests: door
      .list(from.manifests, "manifests")
      .map((manifest, at) => decodeDescriptor(manifest, `manifests[${at}]`, door)),
    annotations: door.strings(from.annotations, "annotations"),
  };
}
