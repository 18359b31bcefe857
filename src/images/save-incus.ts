import type { Digest } from "../bytes/digest.ts";
import { incusArchitecture } from "../formats/incus/architectures.ts";
import { encodeIncusMetadata, metadataPath } from "../formats/incus/metadata.ts";
import { parseOsRelease } from "../formats/os-release.ts";
import type { Compression, Image } from "../model/image.ts";
import { familiarReference, type Reference } from "../model/reference.ts";
import { flatten } from "./flatten.ts";
import { leftOut } from "./left-out.ts";
import { withDocument } from "./nested-root.ts";
import type { Sink } from "./sink.ts";
import { smallFiles } from "./small-files.ts";
import { writeTarball } from "./write-tarball.ts";

export const descriptionKey = "org.opencontainers.image.description";

/** In the order in which os-release(5) says to look. */
const releasePaths = ["etc/os-release", "usr/lib/os-release"];

/**
 * Writes an image as one of incus's unified tarballs: `metadata.yaml`, then the root of all layers below `rootfs`.
 * Returns the sha256 of the file, which is what incus calls its fingerprint, and sentences about what it does not say.
 * Undefined, and nothing is written, for a platform that incus has no word for.
 * @throws what the layers throw
 */
export async function writeIncus(
  image: Image,
  reference: Reference | undefined,
  format: Compression,
  sink: Sink,
  signal?: AbortSignal,
): Promise<{ readonly digest: Digest; readonly notes: readonly string[] } | undefined> {
  const { layers, config, platform } = image;
  const architecture = incusArchitecture(platform);
  if (architecture === undefined) return undefined;
  const created = Math.floor(Date.parse(config.created ?? "") / 1000) || 0;
  const properties = await propertiesOf(image, reference, signal);
  const metadata = encodeIncusMetadata({ architecture, created, properties, templates: [] });
  const entries = withDocument(metadataPath, metadata, flatten(layers, signal));
  const digest = await writeTarball(entries, format, sink);
  const labels = Object.keys(config.config?.Labels ?? {});
  const keepsLabels = labels.every((name) => name === descriptionKey);
  return { digest, notes: leftOut(config, "An incus image", keepsLabels ? ["Labels"] : []) };
}

/** Those that incus's documentation calls common, as far as the image knows them. */
async function propertiesOf(
  { layers, config, annotations }: Image,
  reference: Reference | undefined,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  const files = await smallFiles(layers, releasePaths, signal);
  const file = releasePaths.map((path) => files.get(path)).find((one) => one?.type === "file");
  const release = parseOsRelease(file?.text ?? "");
  const known: readonly (readonly [string, string | undefined])[] = [
    [
      "description",
      config.config?.Labels?.[descriptionKey] || annotations[descriptionKey] || release.get("PRETTY_NAME"),
    ],
    ["name", reference && familiarReference(reference)],
    ["os", release.get("ID")],
    ["release", release.get("VERSION_CODENAME") || release.get("VERSION_ID")],
  ];
  return new Map(known.filter((one): one is [string, string] => Boolean(one[1])));
}
