import { createHash } from "node:crypto";
import type { Writable } from "node:stream";
import type { Digest } from "../bytes/digest.ts";
import { TareError } from "../errors.ts";
import { encodeArchiveManifest, manifestFile } from "../formats/docker-archive/manifest.ts";
import { encodeRepositories, repositoriesFile } from "../formats/docker-archive/repositories.ts";
import { encodeIndex } from "../formats/oci/image-index.ts";
import { blobPath, indexFile, layoutFile, layoutMarker } from "../formats/oci/layout.ts";
import { mediaTypes } from "../formats/oci/media-types.ts";
import { writeTar } from "../formats/tar/encode.ts";
import type { Descriptor, Image, ImageIndex } from "../model/image.ts";
import { familiarReference } from "../model/reference.ts";
import { type ArchiveFile, writeArchive } from "./archive.ts";
import { blobsOf, descriptorOf, singleImage } from "./blobs.ts";
import { flatten } from "./flatten.ts";
import { type Location, locationText } from "./location.ts";
import { namesFor, withNames } from "./names.ts";
import { writeWhole } from "./output-file.ts";
import { saveFolder } from "./save-folder.ts";
import { saveLayout } from "./save-layout.ts";
import { intoStream, Sink } from "./sink.ts";

export interface SaveOptions {
  /** What to call the image where the location gives it no name: `shout:1`, `registry.example/shout:1`. */
  readonly name?: string;
  /** Where `-` leads. */
  readonly stdout?: Writable;
  readonly signal?: AbortSignal;
}

export interface Saved {
  /** Of the manifest or index; for `tar:`, of the tar. */
  readonly digest: Digest;
  /** Bytes written now. What was there already does not count. */
  readonly bytes: number;
  readonly path: string;
}

/**
 * Writes an image to a location. The same image gives the same bytes. Content is verified on its way unless it stands
 * in our own store. Nothing half-written is left on failure or abort, and what was there before stays.
 * @throws SEVERAL_PLATFORMS (an index where one image is wanted), CANNOT_WRITE, DISK_FULL, BAD_LOCATION, and what
 * the content throws
 */
export async function saveImage(
  image: Image | ImageIndex,
  location: Location,
  options: SaveOptions = {},
): Promise<Saved> {
  const { path, transport } = location;
  const { signal, name } = options;
  const plain = descriptorOf(image);
  const descriptor = withNames(plain, location, name);
  const saved = (bytes: number, digest = plain.digest): Saved => ({ digest, bytes, path });
  const archive = (files: readonly ArchiveFile[]) =>
    toFile(location, options, (sink) => writeArchive(files, sink, signal));
  switch (transport) {
    case "oci":
      return saved(await saveLayout(image, descriptor, path, signal));
    case "dir":
      return saved(await saveFolder(image, path, signal));
    case "oci-archive":
      return saved(await archive([...layoutFiles(descriptor), ...blobFiles(image)]));
    case "docker-archive": {
      const single = singleImage(image, locationText(location));
      const ownDescriptor = withNames(descriptorOf(single), location, name);
      const files = [
        ...layoutFiles(ownDescriptor),
        ...dockerFiles(single, namesFor(location, name)),
        ...blobFiles(single),
      ];
      return saved(await archive(files), ownDescriptor.digest);
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

/** Small files first: a reader of a stream knows at once what it has. */
function layoutFiles(descriptor: Descriptor): readonly ArchiveFile[] {
  const index = encodeIndex({ mediaType: mediaTypes.index, manifests: [descriptor], annotations: {} });
  return [
    { path: layoutFile, content: layoutMarker },
    { path: indexFile, content: index },
  ];
}

/** What `docker load` reads, over the same blobs: an archive with both is an OCI archive as well. */
function dockerFiles(
  image: Image,
  { reference }: { readonly reference?: Parameters<typeof familiarReference>[0] },
): readonly ArchiveFile[] {
  const layers = image.layers.map(({ digest }) => blobPath(digest));
  const config = blobPath(image.configuration.digest);
  const repoTags = reference === undefined ? [] : [familiarReference(reference)];
  const manifest = { path: manifestFile, content: encodeArchiveManifest([{ config, repoTags, layers }]) };
  const top = image.layers.at(-1)?.digest;
  if (reference === undefined || top === undefined) return [manifest];
  const familiar = familiarReference(reference);
  const repository = familiar.slice(0, familiar.lastIndexOf(":"));
  const names = encodeRepositories(repository, reference.tag, top.slice("sha256:".length));
  return [manifest, { path: repositoriesFile, content: names }];
}

function blobFiles(image: Image | ImageIndex): readonly ArchiveFile[] {
  return blobsOf(image).map((content) => ({ path: blobPath(content.digest), content }));
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
