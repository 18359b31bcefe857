import type { Descriptor } from "../../model/image.ts";
import { decodeDescriptor, descriptorJson } from "./descriptor.ts";
import { encodeJson, JsonDoor, sortedMap } from "./json.ts";
import { mediaTypes } from "./media-types.ts";

/** An image manifest (image-spec, manifest.md), or Docker's of schema 2, which has the same members. */
export interface Manifest {
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

export function encodeManifest({ mediaType, config, layers, annotations }: Manifest): Buffer {
  return encodeJson({
    schemaVersion: 2,
    mediaType,
    config: descriptorJson(config),
    layers: layers.map(descriptorJson),
    annotations: sortedMap(annotations),
  });
}

/**
 * A document with the members of an index as well is refused: readers would disagree on what it is
 * (CVE-2021-41190). So is one that calls itself something else than `mediaType`, the type of its descriptor.
 * @throws BAD_ARCHIVE
 */
export function decodeManifest(bytes: Uint8Array, mediaType: string, where: string): Manifest {
  const door = new JsonDoor("image manifest", where);
  const from = door.object(door.parse(bytes), "it");
  if (from.schemaVersion !== 2) door.refuse("its schemaVersion is not 2");
  if (from.mediaType !== undefined && from.mediaType !== mediaType)
    door.refuse(`it calls itself ${JSON.stringify(from.mediaType)}, but was to be ${mediaType}`);
  if (mediaType === mediaTypes.dockerManifest && from.mediaType === undefined)
    door.refuse("it has no mediaType");
  if (from.manifests !== undefined) door.refuse("it has the members of a manifest and of an index");
  return {
    mediaType,
    config: decodeDescriptor(from.config, "config", door),
    layers: door
      .list(from.layers, "layers")
      .map((layer, at) => decodeDescriptor(layer, `layers[${at}]`, door)),
    annotations: door.strings(from.annotations, "annotations"),
  };
}
