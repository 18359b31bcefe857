import { createHash } from "node:crypto";
import type { Writable } from "node:stream";
import { type Digest, isDigest } from "../bytes/digest.ts";
import { TareError } from "../errors.ts";
import { writeTar } from "../formats/tar/encode.ts";
import type { Image, ImageIndex } from "../model/image.ts";
import { type Platform, platformName } from "../model/platform.ts";
import { addSum } from "./add-sum.ts";
import { writeArchive } from "./archive.ts";
import { blobsOf, descriptorOf, singleImage } from "./blobs.ts";
import { compressionNamed } from "./compression-named.ts";
import { dockerArchiveFiles, type NamedImage } from "./docker-archive.ts";
import { type DaemonSeams, dockerDaemon } from "./docker-daemon.ts";
import { flatten } from "./flatten.ts";
import { blobFiles, layoutFiles } from "./layout-files.ts";
import { leftOut } from "./left-out.ts";
import { type Location, locationShapes, locationText } from "./location.ts";
import { named, nameFor } from "./names.ts";
import { writeWhole } from "./output-file.ts";
import { writeAci } from "./save-aci.ts";
import { saveFolder } from "./save-folder.ts";
import { writeIncus } from "./save-incus.ts";
import { saveLayout } from "./save-layout.ts";
import { writeWsl } from "./save-wsl.ts";
import { intoStream, Sink } from "./sink.ts";
import { writeTarball } from "./write-tarball.ts";

export interface SaveOptions extends DaemonSeams {
  /** What to call the image where the location gives it no name: `shout:1`, `registry.example/shout:1`. */
  readonly name?: string;
  /** Where `-` leads. */
  readonly stdout?: Writable;
}

export interface Saved {
  /** Of the manifest or index; for `tar:`, of the tar; for `aci:`, the image ID, which is the sha512 of its tar; for `incus:`, `nspawn:` and `wsl:`, of the file. */
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
 * DAEMON_UNREACHABLE, DAEMON_REFUSED, and what the content throws
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
    case "aci": {
      if (path === "")
        throw new TareError({
          code: "BAD_LOCATION",
          text: locationText(location),
          why: "images are found by that name, not written to it",
        });
      const single = singleImage(image, locationText(location));
      const called = { reference: nameFor(location, name)?.reference, file: path };
      let id: Digest | undefined;
      const bytes = await toFile(location, options, async (sink) => {
        id = await writeAci(single, called, sink, signal);
      });
      return saved(bytes, id);
    }
    case "incus": {
      const single = singleImage(image, locationText(location));
      const format = compressionNamed(path) ?? "gzip";
      let written: Awaited<ReturnType<typeof writeIncus>>;
      const bytes = await toFile(location, options, async (sink) => {
        written = await writeIncus(single, nameFor(location, name)?.reference, format, sink, signal);
        if (written === undefined) throw noWordFor(single.platform, location);
      });
      return { ...saved(bytes, written?.digest), ...(written && { notes: written.notes }) };
    }
    case "nspawn": {
      const { layers, config } = singleImage(image, locationText(location));
      let digest: Digest | undefined;
      const bytes = await toFile(location, options, async (sink) => {
        digest = await writeTarball(flatten(layers, signal), compressionNamed(path) ?? "none", sink);
      });
      const sums = digest === undefined ? 0 : await addSum(path, digest);
      return { ...saved(bytes + sums, digest), notes: leftOut(config, "A root for systemd-nspawn") };
    }
    case "wsl": {
      const single = singleImage(image, locationText(location));
      const called = { reference: nameFor(location, name)?.reference, file: path };
      let written: Awaited<ReturnType<typeof writeWsl>> | undefined;
      const bytes = await toFile(location, options, async (sink) => {
        written = await writeWsl(single, called, sink, signal);
      });
      return { ...saved(bytes, written?.digest), ...(written && { notes: written.notes }) };
    }
    case "tar": {
      const { layers } = singleImage(image, locationText(location));
      const hash = createHash("sha256");
      const bytes = await toFile(location, options, async (sink) => {
        for await (const chunk of writeTar(flatten(layers, signal))) {
          hash.update(chunk);
          await sink.add(chunk);
        }
      });
      return saved(bytes, `sha256:${hash.digest("hex")}`);
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

function noWordFor(platform: Platform, location: Location): TareError {
  const why = `incus has no word for ${platformName(platform)}`;
  return new TareError({ code: "BAD_LOCATION", text: locationText(location), why });
}

async function toFile(
  location: Location,
  { stdout }: SaveOptions,
  fill: (sink: Sink) => Promise<void>,
): Promise<number> {
  if (location.path !== "-") return writeWhole(location.path, fill);
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
