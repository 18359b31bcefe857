import { type Bytes, collect } from "../bytes/bytes.ts";
import { decompress } from "../bytes/compression/compression.ts";
import { TareError } from "../errors.ts";
import { platformOfIncus } from "../formats/incus/architectures.ts";
import { decodeIncusMetadata, metadataLimit } from "../formats/incus/decode-metadata.ts";
import { type IncusMetadata, metadataPath } from "../formats/incus/metadata.ts";
import { readTar } from "../formats/tar/decode.ts";
import type { Entry } from "../model/entry.ts";
import { parseReference } from "../model/reference.ts";
import { assembleImage } from "./assemble.ts";
import { madeLayer } from "./made-layer.ts";
import { rootEntriesOf, surveyRoot } from "./nested-root.ts";
import type { OpenedImage } from "./opened-image.ts";
import { descriptionKey } from "./save-incus.ts";

/**
 * The image that one of incus's unified tarballs is: one layer with what is in its `rootfs`, under a manifest and
 * configuration that are made for it, the same each time. `source` opens the tarball anew; it is read twice now, and
 * once for each reading of the layer.
 * @throws BAD_ARCHIVE, for a virtual machine's image and for half of a split image, too
 */
export async function openIncus(
  source: (signal?: AbortSignal) => Bytes,
  where: string,
): Promise<OpenedImage> {
  const bad = (why: string) => new TareError({ code: "BAD_ARCHIVE", format: "incus image", where, why });
  const read = (signal?: AbortSignal) => readTar(decompress(source(signal), where), where);
  for await (const chunk of source()) {
    if (Buffer.from(chunk.subarray(0, squashfs.length)).toString("latin1") === squashfs)
      throw bad(inSquashfs);
    break;
  }
  let metadata: IncusMetadata | undefined;
  const { hasRoot, links } = await surveyRoot(read(), "incus image", where, async (entry) => {
    if (entry.path === "rootfs.img") throw bad("it is a virtual machine's, with a disk and no root");
    if (entry.path === "rootfs.squashfs") throw bad(inSquashfs);
    if (entry.path === metadataPath) metadata = await metadataOf(entry, where);
  });
  if (metadata === undefined) throw bad(`it has no ${metadataPath}`);
  if (!hasRoot)
    throw bad("it has no folder rootfs; of a split image, `tare import` takes the tarball of the root");
  const { architecture, created: seconds, properties, templates } = metadata;
  const platform = platformOfIncus(architecture);
  if (platform === undefined) throw bad(`nobody knows the architecture ${JSON.stringify(architecture)}`);
  const layer = await madeLayer((signal) => rootEntriesOf(read(signal), links), where);
  const created = new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
  const description = properties.get("description");
  const image = assembleImage({
    platform,
    layers: [layer],
    config: {},
    created,
    history: [{ created, created_by: "rootfs of an incus image" }],
    annotations: description ? { [descriptionKey]: description } : {},
  });
  const reference = parseReference(properties.get("name") ?? "");
  return {
    image,
    names: reference === undefined ? [] : [{ reference }],
    manifestMade: true,
    ...(templates.length > 0 && { leftOut: [`templates for ${templates.join(", ")}`] }),
  };
}

/** How such a file begins. */
const squashfs = "hsqs";
const inSquashfs =
  "its root is a squashfs file system; unpack that with unsquashfs, and `tare import` the folder";

async function metadataOf({ type, content }: Entry, where: string): Promise<IncusMetadata> {
  const name = `${where}: ${metadataPath}`;
  if (type !== "file")
    throw new TareError({
      code: "BAD_ARCHIVE",
      format: "incus image",
      where,
      why: `its ${metadataPath} is no file`,
    });
  const source = content instanceof Uint8Array ? [content] : content;
  return decodeIncusMetadata(await collect(source, metadataLimit, name), name);
}
