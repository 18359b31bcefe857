import type { Digest } from "../bytes/digest.ts";
import { platformName } from "../model/platform.ts";
import { fullReference } from "../model/reference.ts";
import { isIndex, singleImage } from "./blobs.ts";
import { type CopySource, openSource, type SourceOptions } from "./copy-source.ts";
import { refuseSameNames, refuseSeveral } from "./copy-together.ts";
import { type Kept, keptBy, type Location, locationText } from "./location.ts";
import { nameText } from "./names.ts";
import { type SaveOptions, saveForDocker, saveImage } from "./save.ts";

export interface CopyOptions extends SourceOptions, Omit<SaveOptions, "name"> {}

/** A plain value that says what a copy did. */
export interface CopyResult {
  /** Locations, as the user types them. */
  readonly to: string;
  /** What of an image the destination holds as it was. */
  readonly keeps: Kept;
  readonly images: readonly CopiedImage[];
  /** Bytes written now. What was there already does not count. */
  readonly size: number;
  /** Whole sentences: what changed, and what was chosen without being asked for. */
  readonly notes: readonly string[];
}

export interface CopiedImage {
  readonly from: string;
  /** What it is called at the destination. */
  readonly names: readonly string[];
  /** Of the manifest or index where it came from. */
  readonly source: Digest;
  /** There is none where it came from: `source` is of the manifest that was made for it. */
  readonly made?: true;
  /** Where it went: of the manifest or index; for a docker daemon, of the configuration; for `tar:` and `aci:`, of the tar. */
  readonly digest: Digest;
  readonly platforms: readonly string[];
}

/**
 * Copies an image from one location to another: manifests and configurations byte for byte as they are, but for what
 * the options or the destination force, and then `notes` say so. Several images go to one `docker-archive:` or docker
 * daemon, each under the name that it has.
 * @throws what opening and saving throw, PLATFORM_MISSING, BAD_LOCATION
 */
export async function copyImages(
  sources: readonly Location[],
  destination: Location,
  options: CopyOptions,
): Promise<CopyResult> {
  if (sources.length !== 1) refuseSeveral(sources, destination);
  const prepared: CopySource[] = [];
  for (const source of sources) prepared.push(await openSource(source, destination, options));
  if (sources.length > 1) refuseSameNames(prepared, destination);
  const written = destination.transport.startsWith("docker-")
    ? await giveToDocker(prepared, destination, options)
    : await saveOne(prepared[0] as CopySource, destination, options);
  return {
    to: locationText(destination),
    keeps: keptBy[destination.transport],
    images: prepared.map(({ from, source, made, image, names }, at) => ({
      from,
      names: names.map(nameText),
      source,
      ...(made && { made }),
      digest: written.digests[at] as Digest,
      platforms: (isIndex(image) ? image.images : [image]).map(({ platform }) => platformName(platform)),
    })),
    size: written.size,
    notes: [...prepared.flatMap(({ notes }) => notes), ...written.notes],
  };
}

interface Written {
  readonly size: number;
  /** In the order of the images. */
  readonly digests: readonly Digest[];
  readonly notes: readonly string[];
}

async function giveToDocker(
  sources: readonly CopySource[],
  destination: Location,
  options: CopyOptions,
): Promise<Written> {
  const images = sources.map(({ image, names }) => ({
    image: singleImage(image, locationText(destination)),
    references: names.map(({ reference }) => reference).filter((reference) => reference !== undefined),
  }));
  const size = await saveForDocker(images, destination, options);
  if (destination.transport === "docker-daemon")
    return {
      size,
      digests: images.map(({ image }) => image.configuration.digest),
      notes: [
        "Docker keeps the configuration, whose digest is its image ID, and makes a manifest of its own.",
      ],
    };
  const nameless = images.some(({ references }) => references.length === 0);
  return {
    size,
    digests: images.map(({ image }) => image.manifest.digest),
    notes: [
      "`docker load` takes only the configuration as it is, whose digest is its image ID; read as oci-archive: the manifest is there, too.",
      ...(nameless ? [`It has no name in there; ${locationText(destination)}:NAME:TAG gives it one.`] : []),
    ],
  };
}

const losses: Partial<Readonly<Record<Location["transport"], string>>> = {
  aci: "An ACI has one root and a manifest of its own kind; the digest is its image ID, of the tar that it is.",
  incus:
    "An incus image has one root and metadata of its own kind; the digest is its fingerprint, of the file.",
  nspawn: "The root has no layers, manifest or history; the digest is of the file, as its SHA256SUMS has it.",
  wsl: "The distribution has no layers, manifest or history; the digest is of the file.",
  squashfs: "A squashfs image has no layers, manifest or history; the digest is of the file.",
  ext4: "An ext4 image has no layers, manifest or history; the digest is of the file.",
  tar: "A tar holds the files alone: no layers, no configuration, no history.",
};

async function saveOne(
  { image, names: [name] }: CopySource,
  destination: Location,
  options: CopyOptions,
): Promise<Written> {
  const place = name?.tag === undefined ? destination : { ...destination, name: name.tag };
  const called = name?.reference && { name: fullReference(name.reference) };
  const saved = await saveImage(image, place, { ...options, ...called });
  const note = losses[destination.transport];
  const notes = [...(note === undefined ? [] : [note]), ...(saved.notes ?? [])];
  return { size: saved.bytes, digests: [saved.digest], notes };
}
