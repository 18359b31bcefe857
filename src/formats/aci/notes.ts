import { TareError } from "../../errors.ts";
import type { ImageConfig } from "../../model/image.ts";
import { decodeConfig, encodeConfig } from "../oci/config.ts";
import { encodeJson, JsonDoor, sortedMap } from "../oci/json.ts";
import { decodeAciManifest } from "./decode-manifest.ts";
import { type AciManifest, encodeAciManifest } from "./manifest.ts";

/** Annotations in which docker2aci keeps what an ACI has no place for. */
export const dockerNotes = {
  originalName: "appc.io/docker/originalname",
  registry: "appc.io/docker/registryurl",
  repository: "appc.io/docker/repository",
  tag: "appc.io/docker/tag",
  imageId: "appc.io/docker/imageid",
  manifest: "appc.io/docker/manifesthash",
  entrypoint: "appc.io/docker/entrypoint",
  cmd: "appc.io/docker/cmd",
} as const;

/**
 * Annotations in which we keep the rest: of an ACI, what the image's configuration and annotations were; of an OCI
 * image, what the ACI's manifest was. A note that cannot be read counts for nothing: anybody may write one.
 */
export const ociConfigNote = "tare/oci/config";
export const ociAnnotationsNote = "tare/oci/annotations";
export const aciNote = "tare.aci.manifest";

/** Layers and history tell of files, which come with the image itself. */
export function noteConfig({ history: _, ...config }: ImageConfig): string {
  return encodeConfig({ ...config, rootfs: { type: "layers", diff_ids: [] } }).toString("utf8");
}

export function notedConfig(text: string | undefined): ImageConfig | undefined {
  return reading(text, (bytes) => decodeConfig(bytes, ociConfigNote));
}

/** Without the note of an ACI: notes hold no notes, however often an image goes to and fro. */
export function noteAnnotations({ [aciNote]: _, ...annotations }: Readonly<Record<string, string>>): string {
  return encodeJson(sortedMap(annotations) ?? {}).toString("utf8");
}

export function notedAnnotations(text: string | undefined): Readonly<Record<string, string>> | undefined {
  const door = new JsonDoor("note", ociAnnotationsNote);
  return reading(text, (bytes) => door.strings(door.parse(bytes), "it"));
}

/** Which files a whitelist left is settled once the image is opened. */
export function noteManifest(manifest: AciManifest): string {
  const annotations = manifest.annotations.filter(
    ({ name }) => name !== ociConfigNote && name !== ociAnnotationsNote,
  );
  return encodeAciManifest({ ...manifest, annotations, dependencies: [], pathWhitelist: [] }).toString(
    "utf8",
  );
}

export function notedManifest(text: string | undefined): AciManifest | undefined {
  return reading(text, (bytes) => decodeAciManifest(bytes, aciNote));
}

/** A list of arguments, as docker2aci notes it. */
export function notedArguments(text: string | undefined): readonly string[] | undefined {
  const door = new JsonDoor("note", dockerNotes.entrypoint);
  return reading(text, (bytes) => door.texts(door.parse(bytes), "it"));
}

function reading<Value>(text: string | undefined, read: (bytes: Uint8Array) => Value): Value | undefined {
  if (text === undefined) return undefined;
  try {
    return read(Buffer.from(text, "utf8"));
  } catch (error) {
    if (error instanceof TareError) return undefined;
    throw error;
  }
}
