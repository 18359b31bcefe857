import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { Bytes } from "../bytes/bytes.ts";
import type { Digest } from "../bytes/digest.ts";
import { aciOfImage } from "../formats/aci/aci-of-image.ts";
import { encodeAciManifest, manifestPath } from "../formats/aci/manifest.ts";
import { writeTar } from "../formats/tar/encode.ts";
import { compressed, defaultLevels } from "../layers/compressor.ts";
import type { Image } from "../model/image.ts";
import type { Reference } from "../model/reference.ts";
import { flatten } from "./flatten.ts";
import { withDocument } from "./nested-root.ts";
import { primaryGroup } from "./primary-group.ts";
import type { Sink } from "./sink.ts";

/**
 * Writes an image as an ACI: its manifest, then the root filesystem of all layers, as `flatten` gives it, below `rootfs`.
 * It is compressed with gzip, unless all layers are stored plain. `file` lends its name where there is no reference.
 * Returns the ACI's image ID: the sha512 of the tar, whatever it is compressed with.
 * @throws what the layers throw
 */
export async function writeAci(
  image: Image,
  { reference, file }: { readonly reference: Reference | undefined; readonly file: string },
  sink: Sink,
  signal?: AbortSignal,
): Promise<Digest> {
  const manifest = aciOfImage({
    config: image.config,
    annotations: image.annotations,
    manifest: image.manifest.digest,
    configuration: image.configuration.digest,
    reference,
    fallbackName: basename(file).replace(/\.aci$/i, ""),
    group: await primaryGroup(image, signal),
  });
  const hash = createHash("sha512");
  const root = flatten(image.layers, signal);
  const entries = withDocument(manifestPath, encodeAciManifest(manifest), root);
  const plain = hashed(writeTar(entries), hash);
  const isPlain = image.layers.every(({ compression }) => compression === "none");
  const bytes = isPlain ? plain : compressed(plain, { format: "gzip", level: defaultLevels.gzip }, inFlight);
  for await (const chunk of bytes) await sink.add(chunk);
  return `sha512:${hash.digest("hex")}`;
}

/** Blocks that are compressed side by side. */
const inFlight = 4;

async function* hashed(source: Bytes, hash: ReturnType<typeof createHash>): Bytes {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}
