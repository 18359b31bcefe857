import { createHash } from "node:crypto";
import { compressionOf } from "../bytes/compression/compression.ts";
import { type Digest, digestOf } from "../bytes/digest.ts";
import { TareError } from "../errors.ts";
import {
  type ArchivedImage,
  decodeArchiveManifest,
  manifestFile,
} from "../formats/docker-archive/manifest.ts";
import { decodeConfig } from "../formats/oci/config.ts";
import { documentLimit } from "../formats/oci/json.ts";
import { encodeManifest } from "../formats/oci/manifest.ts";
import { layerMediaType, mediaTypes } from "../formats/oci/media-types.ts";
import { contentOf } from "../model/content.ts";
import type { Compression, Descriptor } from "../model/image.ts";
import { fullReference, parseReference } from "../model/reference.ts";
import { completeImage } from "./complete.ts";
import { contentIn, type FileSet, type FoundFile, readDocument } from "./file-set.ts";
import type { OpenedImage } from "./opened-image.ts";

const format = "docker archive";

/**
 * An archive that is of `docker save`'s kind only. It has no manifest, so one is made for it, the same each time. A
 * layer that is stored plain is named by its diffID already; one that is compressed is read once to be named.
 * @throws BAD_ARCHIVE, NOT_THE_IMAGE
 */
export async function openDockerArchive(files: FileSet, name: string | undefined): Promise<OpenedImage> {
  const listed = decodeArchiveManifest(
    await readDocument(files, manifestFile, documentLimit, format),
    files.where,
  );
  const { config: configPath, layers: layerPaths, repoTags } = choose(listed, name, files.where);
  const configBytes = await readDocument(files, configPath, documentLimit, format);
  const { rootfs } = decodeConfig(configBytes, `${files.where}: ${configPath}`);
  if (rootfs.diff_ids.length !== layerPaths.length)
    throw bad(
      files,
      `it lists ${number(layerPaths.length, "layer")}, and ${number(rootfs.diff_ids.length, "diffID")}`,
    );
  const paths = new Map<Digest, string>();
  const layers: Descriptor[] = [];
  for (const [at, path] of layerPaths.entries()) {
    const layer = await describe(files, path, rootfs.diff_ids[at] as Digest);
    paths.set(layer.digest, path);
    layers.push(layer);
  }
  const config = {
    mediaType: mediaTypes.config,
    digest: digestOf(configBytes),
    size: configBytes.byteLength,
  };
  const manifest = encodeManifest({ mediaType: mediaTypes.manifest, config, layers, annotations: {} });
  const root = { mediaType: mediaTypes.manifest, digest: digestOf(manifest), size: manifest.byteLength };
  const image = await completeImage(
    root,
    async (wanted) => {
      if (wanted.digest === root.digest) return contentOf(manifest, root.digest);
      if (wanted.digest === config.digest) return contentOf(configBytes, config.digest);
      return contentIn(files, paths.get(wanted.digest) ?? "", wanted);
    },
    files.where,
  );
  const references = repoTags
    .filter((tag) => name === undefined || spelledOut(tag) === spelledOut(name))
    .map(parseReference)
    .filter((reference) => reference !== undefined);
  return { image, names: references.map((reference) => ({ reference })), manifestMade: true };
}

function choose(listed: readonly ArchivedImage[], name: string | undefined, where: string): ArchivedImage {
  const wanted =
    name === undefined
      ? listed
      : listed.filter(({ repoTags }) => repoTags.some((tag) => spelledOut(tag) === spelledOut(name)));
  const [first, ...others] = wanted;
  if (first !== undefined && others.length === 0) return first;
  throw new TareError({
    code: "NOT_THE_IMAGE",
    where,
    want: name,
    have: listed.flatMap(({ repoTags }) => repoTags),
  });
}

function spelledOut(name: string): string {
  const reference = parseReference(name);
  return reference === undefined ? name : fullReference(reference);
}

async function describe(files: FileSet, path: string, diffId: Digest): Promise<Descriptor> {
  const found = await files.find(path);
  if (found === undefined) throw bad(files, `it has no ${path}`);
  const stored = compressionOf(await startOf(found));
  if (stored === "none") return { mediaType: layerMediaType("none"), digest: diffId, size: found.size };
  const known: Compression | undefined = stored === "gzip" || stored === "zstd" ? stored : undefined;
  if (known === undefined) throw bad(files, `${path} is compressed with ${stored}`);
  const hash = createHash("sha256");
  for await (const chunk of found.open()) hash.update(chunk);
  return { mediaType: layerMediaType(known), digest: `sha256:${hash.digest("hex")}`, size: found.size };
}

async function startOf(file: FoundFile): Promise<Uint8Array> {
  for await (const chunk of file.open()) return chunk;
  return new Uint8Array(0);
}

function bad(files: FileSet, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format, where: files.where, why });
}

function number(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
