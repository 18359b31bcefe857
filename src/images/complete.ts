import { collect } from "../bytes/bytes.ts";
import { TareError } from "../errors.ts";
import { decodeConfig } from "../formats/oci/config.ts";
import { decodeIndex } from "../formats/oci/image-index.ts";
import { documentLimit } from "../formats/oci/json.ts";
import { decodeManifest } from "../formats/oci/manifest.ts";
import { isConfigType, isIndexType, isManifestType, layerCompression } from "../formats/oci/media-types.ts";
import { type Content, contentOf } from "../model/content.ts";
import type { Descriptor, Image, ImageIndex } from "../model/image.ts";

/** Content by its descriptor; what it opens verifies itself. `kind` says what the bytes are for. */
export type Lookup = (descriptor: Descriptor, kind: "manifest" | "blob") => Promise<Content>;

/**
 * Makes the whole value out of a place that can only look up content: reads manifests and configurations, leaves
 * layers closed. `where` names the place in sentences.
 * @throws BAD_ARCHIVE for documents that are not sound and for what is no container image
 */
export async function completeImage(
  descriptor: Descriptor,
  lookup: Lookup,
  where: string,
): Promise<Image | ImageIndex> {
  return isIndexType(descriptor.mediaType)
    ? completeIndex(descriptor, lookup, where)
    : completeOne(descriptor, lookup, where);
}

async function completeIndex(descriptor: Descriptor, lookup: Lookup, where: string): Promise<ImageIndex> {
  const index = await atHand(descriptor, "manifest", lookup, where);
  const { manifests } = decodeIndex(index.bytes, descriptor.mediaType, index.name);
  const images: Image[] = [];
  const attachments: Content[] = [];
  for (const manifest of manifests)
    if (isAttachment(manifest)) attachments.push(...(await attachmentOf(manifest, lookup, where)));
    else images.push(await completeOne(manifest, lookup, where));
  return {
    mediaType: descriptor.mediaType,
    index: index.content,
    images,
    ...(attachments.length > 0 && { attachments }),
  };
}

/** BuildKit files its attestations under a platform that does not exist. */
export function isAttachment({ platform, artifactType, mediaType }: Descriptor): boolean {
  if (!isManifestType(mediaType)) return false;
  return artifactType !== undefined || (platform?.os === "unknown" && platform.architecture === "unknown");
}

async function attachmentOf(
  descriptor: Descriptor,
  lookup: Lookup,
  where: string,
): Promise<readonly Content[]> {
  const { bytes, content, name } = await atHand(descriptor, "manifest", lookup, where);
  const { config, layers } = decodeManifest(bytes, descriptor.mediaType, name);
  const blobs = [config, ...layers].map((blob) => lookup(blob, "blob"));
  return [content, ...(await Promise.all(blobs))];
}

async function completeOne(descriptor: Descriptor, lookup: Lookup, where: string): Promise<Image> {
  const { mediaType } = descriptor;
  if (!isManifestType(mediaType)) throw notAnImage(where, `${descriptor.digest} is of the type ${mediaType}`);
  const manifest = await atHand(descriptor, "manifest", lookup, where);
  const { annotations, ...listed } = decodeManifest(manifest.bytes, mediaType, manifest.name);
  if (!isConfigType(listed.config.mediaType))
    throw notAnImage(where, `its configuration is of the type ${listed.config.mediaType}`);
  const configuration = await atHand(listed.config, "blob", lookup, where);
  const config = decodeConfig(configuration.bytes, configuration.name);
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== listed.layers.length)
    throw notAnImage(where, `it has ${listed.layers.length} layers and ${diffIds.length} diffIDs`);
  const layers = listed.layers.map(async (layer, at) => {
    const compression = layerCompression(layer.mediaType);
    const diffId = diffIds[at];
    if (compression === undefined || diffId === undefined)
      throw notAnImage(where, `layer ${layer.digest} is of the type ${layer.mediaType}`);
    const content = await lookup(layer, "blob");
    const uncompressedSize = compression === "none" ? content.size : undefined;
    return { ...content, compression, diffId, uncompressedSize };
  });
  const { os, architecture, variant } = config;
  return {
    mediaType,
    manifest: manifest.content,
    configuration: configuration.content,
    config,
    layers: await Promise.all(layers),
    platform: { os, architecture, ...(variant !== undefined && variant !== "" && { variant }) },
    annotations,
  };
}

/** A document, read and verified, and as content that need not be read again. */
async function atHand(descriptor: Descriptor, kind: "manifest" | "blob", lookup: Lookup, where: string) {
  const name = `${where}: ${descriptor.digest}`;
  const found = await lookup(descriptor, kind);
  const bytes = await collect(found.open(), documentLimit, name);
  return { bytes, content: contentOf(bytes, descriptor.digest), name };
}

function notAnImage(where: string, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: "container image", where, why });
}
