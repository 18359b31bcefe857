import type { Bytes } from "../bytes/bytes.ts";
import { TareError } from "../errors.ts";
import { imageOfAci } from "../formats/aci/image-of-aci.ts";
import { type AciManifest, valueNamed } from "../formats/aci/manifest.ts";
import type { Entry } from "../model/entry.ts";
import { parseReference } from "../model/reference.ts";
import { readAci, rootEntries } from "./aci-archive.ts";
import { assembleImage } from "./assemble.ts";
import { madeLayer } from "./made-layer.ts";
import type { OpenedImage } from "./opened-image.ts";

/**
 * The image that an ACI is: one layer with what is in its `rootfs`, and a manifest and configuration that are made of its
 * own manifest, the same each time. `source` opens the ACI anew; it is read twice now, and once for each reading of
 * the layer. `check` may refuse the manifest.
 * @throws BAD_ARCHIVE, NEEDS_IMAGES for an ACI that is only a part of an image, whatever `check` throws
 */
export async function openAci(
  source: (signal?: AbortSignal) => Bytes,
  where: string,
  check: (manifest: AciManifest) => void = () => undefined,
): Promise<OpenedImage> {
  const contents = await readAci(source(), where);
  const { manifest } = contents;
  check(manifest);
  if (manifest.dependencies.length > 0)
    throw new TareError({
      code: "NEEDS_IMAGES",
      where,
      images: manifest.dependencies.map(({ imageName }) => imageName),
    });
  const owners = new Map<string, Owner>();
  const entries = (signal?: AbortSignal) => rootEntries(source(signal), contents, where);
  const layer = await madeLayer(entries, where, ownersSeen(manifest, owners));
  for (const path of pathsOfOwners(manifest))
    if (!owners.has(path))
      throw new TareError({
        code: "BAD_ARCHIVE",
        format: "ACI",
        where,
        why: `it is to run as the owner of ${path}, which it does not have`,
      });
  const { platform, created = epoch, author, config, annotations } = imageOfAci(manifest, owners);
  const image = assembleImage({
    platform,
    layers: [layer],
    config,
    created,
    ...(author !== undefined && { author }),
    history: [{ created, created_by: `rootfs of the ACI ${manifest.name}` }],
    annotations,
  });
  return { image, names: namesOf(manifest), manifestMade: true };
}

/** When an image was made that does not say so. */
const epoch = "1970-01-01T00:00:00Z";

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

function pathsOfOwners({ app }: AciManifest): readonly string[] {
  return [app?.user ?? "", app?.group ?? ""].filter((text) => text.startsWith("/"));
}

function ownersSeen(manifest: AciManifest, owners: Map<string, Owner>): (entry: Entry) => void {
  const paths = pathsOfOwners(manifest);
  return ({ path, uid, gid }) => {
    if (paths.includes(`/${path}`)) owners.set(`/${path}`, { uid, gid });
  };
}

function namesOf({ name, labels }: AciManifest): OpenedImage["names"] {
  const version = valueNamed(labels, "version");
  const reference = parseReference(version === undefined ? name : `${name}:${version}`);
  return reference === undefined ? [] : [{ reference }];
}
