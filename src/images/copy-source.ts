import type { Digest } from "../bytes/digest.ts";
import type { Image, ImageIndex } from "../model/image.ts";
import { type Platform, platformName } from "../model/platform.ts";
import { descriptorOf, isIndex } from "./blobs.ts";
import { choosePlatform } from "./choose-platform.ts";
import {
  hasLayout,
  hasNames,
  holdsIndex,
  isNamedAfterReference,
  isRootNested,
  type Location,
  locationText,
} from "./location.ts";
import { type ImageName, nameFor, nameText } from "./names.ts";
import { asOci, eachImage } from "./oci-manifest.ts";
import { type OpenOptions, openNamed } from "./open.ts";
import { type Recompression, type RecompressSeams, recompress } from "./recompress.ts";

/** Another image made of one, and whole sentences about what it is now. */
export interface Edited {
  readonly image: Image;
  readonly notes: readonly string[];
}

export interface SourceOptions extends OpenOptions, RecompressSeams {
  /** Of an index, this one alone. */
  readonly platform?: Platform;
  /** Taken where nobody chose and the destination holds one platform only. */
  readonly machine: Platform;
  /** Compress layers so; it changes the digest. */
  readonly compression?: Recompression;
  /** What becomes of the image, or of each one of an index, on its way. */
  readonly edit?: (image: Image) => Edited | Promise<Edited>;
}

/** One image on its way: chosen, compressed as was asked for, and with the names that it goes by. */
export interface CopySource {
  readonly from: string;
  readonly source: Digest;
  readonly image: Image | ImageIndex;
  /** The place has no manifest: `source` is of one that was made for it. */
  readonly made: boolean;
  /** Those that it gets where it goes. */
  readonly names: readonly ImageName[];
  /** Whole sentences about what is not as it was. */
  readonly notes: readonly string[];
}

/** Opens and prepares what is to be copied. @throws what opening throws, PLATFORM_MISSING, SEVERAL_PLATFORMS */
export async function openSource(
  location: Location,
  destination: Location,
  options: SourceOptions,
): Promise<CopySource> {
  const from = locationText(location);
  const opened = await openNamed(location, options);
  const source = descriptorOf(opened.image).digest;
  const notes: string[] = [];
  if (opened.manifestMade) {
    const rest = isRootNested(location) ? madeText(opened.image) : keptText;
    notes.push(
      `${from} has no manifest of this kind: ${source} was made for it, the same each time; ${rest}.`,
    );
  }
  for (const text of opened.leftOut ?? [])
    notes.push(`An image has no place for ${text}, which ${from} has.`);
  if (opened.missing !== undefined)
    notes.push(
      `${from} has an index, but not its images for ${opened.missing.join(", ")}: that stayed behind.`,
    );
  const choice = { ...options, holdsIndex: holdsIndex(destination), from, to: locationText(destination) };
  const { image: chosen, note } = choosePlatform(opened.image, choice);
  if (note !== undefined) notes.push(note);
  const { compression, edit } = options;
  const edited = edit === undefined ? chosen : await editEach(chosen, edit, notes);
  const packed = compression === undefined ? edited : await recompress(edited, compression, options);
  if (compression !== undefined) notes.push(recompressedText(edited, packed));
  const image = hasLayout(destination) ? await asOci(packed) : packed;
  if (image !== packed)
    notes.push(
      `Readers of OCI layouts do not look for manifests of Docker's kind, so ${descriptorOf(packed).digest} became ${descriptorOf(image).digest}; configurations and layers are as they were${leftBehind(packed)}.`,
    );
  const names = namesAt(destination, opened.names);
  const left =
    destination.name === undefined && hasNames(destination) ? opened.names.slice(names.length) : [];
  if (left.length > 0)
    notes.push(
      `${from} is ${names.length > 0 ? "also " : ""}called ${left.map(nameText).join(", ")}; that was left out.`,
    );
  return { from, source, made: opened.manifestMade, image, names, notes };
}

const keptText = "the configuration and the diffIDs of its layers are as they were";

/** The root stands elsewhere in such a tarball, so no byte of the layer's tar is older than the layer. */
function madeText(image: Image | ImageIndex): string {
  const diffIds = isIndex(image) ? [] : image.layers.map(({ diffId }) => diffId);
  return `so were the configuration and the layer, of the same files, with the diffID ${diffIds.join(", ")}`;
}

async function editEach(
  whole: Image | ImageIndex,
  edit: (image: Image) => Edited | Promise<Edited>,
  notes: string[],
): Promise<Image | ImageIndex> {
  const edited = await eachImage(whole, async (before) => {
    const { image, notes: own } = await edit(before);
    notes.push(...own.map((note) => (isIndex(whole) ? `${platformName(before.platform)}: ${note}` : note)));
    return image;
  });
  if (edited !== whole)
    notes.push(`${descriptorOf(whole).digest} became ${descriptorOf(edited).digest}${leftBehind(whole)}.`);
  return edited;
}

/** The names that the destination has room for: docker's all, others' one; its own before those of the source. */
function namesAt(destination: Location, found: readonly ImageName[]): readonly ImageName[] {
  if (!hasNames(destination)) return [];
  const full = found.filter(({ reference }) => reference !== undefined);
  const own = nameFor(destination, full[0] && nameText(full[0]));
  if (destination.name !== undefined && own !== undefined) return [own];
  if (destination.transport.startsWith("docker-")) return full;
  return (isNamedAfterReference(destination) ? full : found).slice(0, 1);
}

function recompressedText(before: Image | ImageIndex, after: Image | ImageIndex): string {
  if (before === after) return "Every layer is compressed so already: nothing was changed.";
  return `Layers were compressed anew, so ${descriptorOf(before).digest} became ${descriptorOf(after).digest}; configurations are as they were${leftBehind(before)}.`;
}

function leftBehind(before: Image | ImageIndex): string {
  return isIndex(before) && before.attachments !== undefined
    ? ", and what was attached to the index stayed behind"
    : "";
}
