import type { Descriptor } from "../../model/image.ts";
import type { Platform } from "../../model/platform.ts";
import { type JsonDoor, sortedMap } from "./json.ts";

/** A descriptor's members in the order in which they are written (image-spec, descriptor.md). */
export function descriptorJson({ mediaType, digest, size, annotations, platform, artifactType }: Descriptor) {
  return {
    mediaType,
    digest,
    size,
    annotations: sortedMap(annotations),
    platform: platform && platformJson(platform),
    artifactType,
  };
}

function platformJson({ architecture, os, variant }: Platform) {
  return { architecture, os, variant };
}

/** @throws BAD_ARCHIVE */
export function decodeDescriptor(value: unknown, path: string, door: JsonDoor): Descriptor {
  const from = door.object(value, path);
  const annotations = door.strings(from.annotations, `${path}.annotations`);
  const artifactType = door.optionalText(from.artifactType, `${path}.artifactType`);
  return {
    mediaType: door.text(from.mediaType, `${path}.mediaType`),
    digest: door.digest(from.digest, `${path}.digest`),
    size: door.size(from.size, `${path}.size`),
    ...(from.platform != null && { platform: decodePlatform(from.platform, `${path}.platform`, door) }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
    ...(artifactType !== undefined && { artifactType }),
  };
}

function decodePlatform(value: unknown, path: string, door: JsonDoor): Platform {
  const from = door.object(value, path);
  const variant = door.optionalText(from.variant, `${path}.variant`);
  return {
    os: door.text(from.os, `${path}.os`),
    architecture: door.text(from.architecture, `${path}.architecture`),
    ...(variant !== undefined && variant !== "" && { variant }),
  };
}
