import type { Writable } from "node:stream";
import { type Digest, isDigest } from "../bytes/digest.ts";
import { TareError } from "../errors.ts";
import type { HostPrograms } from "../model/host-programs.ts";
import type { Image, ImageIndex } from "../model/image.ts";
import { addSum } from "./add-sum.ts";
import { writeArchive } from "./archive.ts";
import { blobsOf, descriptorOf, singleImage } from "./blobs.ts";
import { dockerArchiveFiles, type NamedImage } from "./docker-archive.ts";
import { type DaemonSeams, dockerDaemon } from "./docker-daemon.ts";
import { blobFiles, layoutFiles } from "./layout-files.ts";
import { type Location, locationShapes, locationText } from "./location.ts";
import { refuseMisnamed } from "./misnamed.ts";
import { named, nameFor } from "./names.ts";
import { writeWhole } from "./output-file.ts";
import { saveDisk } from "./save-disk.ts";
import { saveFolder } from "./save-folder.ts";
import { saveLayout } from "./save-layout.ts";
import { intoStream, Sink } from "./sink.ts";
import { type WrittenRoot, writeRoot } from "./write-root.ts";

export interface SaveOptions extends DaemonSeams {
  /** What to call the image where the location gives it no name: `shout:1`, `registry.example/shout:1`. */
  readonly name?: string;
  /** Where `-` leads. */
  readonly stdout?: Writable;
  /** What `squashfs:` and `ext4:` are written with, as `hostPrograms(process.env)` has it. */
  readonly runProgram?: HostPrograms["runProgram"] | undefined;
}

export interface Saved {
  /** Of the manifest or index; for `tar:`, of the tar; for `aci:`, the image ID, which is the sha512 of its tar; for `incus:`, `nspawn:`, `wsl:`, `squashfs:` and `ext4:`, of the file. */
  readonly digest: Digest;
  /** Bytes written now. What was there already does not count. */
  readonly bytes: number;
  /** The file or folder; empty for `docker-daemon:`. */
  readonly path: string;
  /** Whole sentences: what of the image has no place there, or is to be known of it. */
  readonly notes?: readonly string[];
}

/**
 * Writes an image to a location; a docker daemon makes a manifest of its own. The same image gives the same bytes. Content is verified on its way unless it stands
 * in our own store. Nothing half-written is left on failure or abort, and what was there before stays.
 * @throws SEVERAL_PLATFORMS (an index where one image is wanted), CANNOT_WRITE, DISK_FULL, BAD_LOCATION,
 * DAEMON_UNREACHABLE, DAEMON_REFUSED, PROGRAM_MISSING, PROGRAM_FAILED, and what the content throws
 */
export async function saveImage(
  image: Image | ImageIndex,
  location: Location,
  options: SaveOptions = {},
): Promise<Saved> {
  const { path, transport } = location;
  const { signal, name } = options;
  const descriptor = named(descriptorOf(image), nameFor(location, name));
  const saved = (bytes: number, digest = descriptor.digest): Saved => ({ digest, bytes, path });
  switch (transport) {
    case "oci":
      return saved(await saveLayout(image, descriptor, path, signal));
    case "dir":
      return saved(await saveFolder(image, path, signal));
    case "oci-archive": {
      const files = [...layoutFiles([descriptor]), ...blobFiles(blobsOf(image))];
      return saved(await toFile(location, options, (sink) => writeArchive(files, sink, signal)));
    }
    case "docker-archive":
    case "docker-daemon": {
      const single = singleImage(image, locationText(location));
      const reference = nameFor(location, name)?.reference;
      const references = reference === undefined ? [] : [reference];
      const bytes = await saveForDocker([{ image: single, references }], location, options);
      return saved(bytes, single.manifest.digest);
    }
    case "squashfs":
    case "ext4": {
      const single = singleImage(image, locationText(location));
      const { digest, bytes, notes } = await saveDisk(
        single,
        { ...location, transport },
        options.runProgram,
        signal,
      );
      return { ...saved(bytes, digest), notes };
    }
    default: {
      if (path === "")
        throw new TareError({
          code: "BAD_LOCATION",
          text: locationText(location),
          why: "images are found by that name, not written to it",
        });
      const single = singleImage(image, locationText(location));
      const reference = nameFor(location, name)?.reference;
      let written: WrittenRoot | undefined;
      const bytes = await toFile(location, options, async (sink) => {
        written = await writeRoot(single, { ...location, transport }, reference, sink, signal);
      });
      const sums = transport === "nspawn" && written ? await addSum(path, written.digest) : 0;
      return { ...saved(bytes + sums, written?.digest), ...(written?.notes && { notes: written.notes }) };
    }
  }
}

/**
 * Writes images to one `docker-archive:` or gives them to a docker daemon, under their own names whatever the location
 * says. Returns the bytes written.
 * @throws as {@link saveImage} does
 */
export async function saveForDocker(
  images: readonly NamedImage[],
  location: Location,
  options: SaveOptions,
): Promise<number> {
  const files = dockerArchiveFiles(images);
  const fill = (sink: Sink) => writeArchive(files, sink, options.signal);
  if (location.transport !== "docker-daemon") return toFile(location, options, fill);
  const shape = locationShapes[location.transport];
  const why = isDigest(location.name ?? "")
    ? `docker takes an image under a name, not a digest, as in ${shape}`
    : `it does not say what docker shall call the image, as in ${shape}`;
  if (isDigest(location.name ?? "") || images.some(({ references }) => references.length === 0))
    throw new TareError({ code: "BAD_LOCATION", text: locationText(location), why });
  return (await dockerDaemon(options)).load(fill);
}

async function toFile(
  location: Location,
  { stdout }: SaveOptions,
  fill: (sink: Sink) => Promise<void>,
): Promise<number> {
  if (location.path !== "-") return writeWhole(refuseMisnamed(location).path, fill);
  if (stdout === undefined)
    throw new TareError({
      code: "BAD_LOCATION",
      text: locationText(location),
      why: "there is no output to write to",
    });
  // A closed pipe is told by the write that fails; its event would end the process.
  const ignore = () => {};
  stdout.on("error", ignore);
  try {
    const sink = new Sink(intoStream(stdout));
    await fill(sink);
    await sink.end();
    return sink.size;
  } finally {
    stdout.off("error", ignore);
  }
}
