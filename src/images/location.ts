import { basename, resolve } from "node:path";
import { TareError } from "../errors.ts";
import { parseAciName } from "../formats/aci/names.ts";
import { isPlainName } from "../formats/sha256sums.ts";
import { isTag, parseReference } from "../model/reference.ts";
import { compressionNamed } from "./compression-named.ts";

/** The transports, by the names that skopeo and podman users know. */
export const transports = [
  "oci",
  "oci-archive",
  "docker-archive",
  "docker-daemon",
  "aci",
  "incus",
  "nspawn",
  "wsl",
  "squashfs",
  "ext4",
  "tar",
  "dir",
] as const;
export type Transport = (typeof transports)[number];

/** Where an image is, or is to be. */
export interface Location {
  readonly transport: Transport;
  /** `-` is a standard stream, for those that are one file; empty for `docker-daemon` and `aci://`, which are no files. */
  readonly path: string;
  /** A tag for `oci` and `oci-archive`, a reference for docker's, an image ID of the daemon, the name after `aci://`. */
  readonly name?: string;
}

/** How each is written, for sentences. */
export const locationShapes: Readonly<Record<Transport, string>> = {
  oci: "oci:PATH[:TAG]",
  "oci-archive": "oci-archive:PATH[:TAG]",
  "docker-archive": "docker-archive:PATH[:NAME:TAG]",
  "docker-daemon": "docker-daemon:NAME[:TAG]",
  aci: "aci:PATH",
  incus: "incus:PATH",
  nspawn: "nspawn:PATH.tar.gz",
  wsl: "wsl:PATH.wsl",
  squashfs: "squashfs:PATH",
  ext4: "ext4:PATH",
  tar: "tar:PATH",
  dir: "dir:PATH",
};

/** What each is, in a few words. */
export const locationMeanings: Readonly<Record<Transport, string>> = {
  oci: "an OCI image layout, which is a folder",
  "oci-archive": "the same in one file",
  "docker-archive": "a file for docker load",
  "docker-daemon": "docker itself",
  aci: "an App Container Image, a file",
  incus: "an image that incus and LXD import, a file",
  nspawn: "a root for systemd-nspawn, .tar, .tar.gz or .tar.zst, with its sum in SHA256SUMS beside it",
  wsl: "a distribution that Windows installs, a file",
  squashfs: "a read-only file system in a file, by mksquashfs",
  ext4: "a file system in a file, by mke2fs and debugfs",
  tar: "the root file system alone, as a tarball",
  dir: "skopeo's folder of blobs",
};

/** What of an image stays as it was, byte for byte, when it is written somewhere. */
export type Kept = "manifest" | "configuration" | "files";

/** A manifest names its configuration, and so keeps that as well. `files`: neither of them. */
export const keptBy: Readonly<Record<Transport, Kept>> = {
  oci: "manifest",
  "oci-archive": "manifest",
  "docker-archive": "manifest",
  "docker-daemon": "configuration",
  aci: "files",
  incus: "files",
  nspawn: "files",
  wsl: "files",
  squashfs: "files",
  ext4: "files",
  tar: "files",
  dir: "manifest",
};

/** Whether it begins as locations do, and so is meant for one. */
export function isLocation(text: string): boolean {
  return transports.some((transport) => text.startsWith(`${transport}:`));
}

/** @throws BAD_LOCATION */
export function parseLocation(text: string): Location {
  const refuse = (why: string): never => {
    throw new TareError({ code: "BAD_LOCATION", text, why });
  };
  const colon = text.indexOf(":");
  const transport = transports.find((name) => name === text.slice(0, Math.max(colon, 0)));
  if (transport === undefined) return refuse(whyUnknown(text));
  const rest = text.slice(colon + 1);
  if (transport === "docker-daemon" && rest === "") return { transport, path: "" };
  if (transport === "aci" && rest.startsWith("//")) {
    const name = rest.slice(2);
    if (parseAciName(name) === undefined)
      return refuse(`${JSON.stringify(name)} is no name, as in aci://HOST/NAME[:VERSION]`);
    return { transport, path: "", name };
  }
  // A path with a colon in it is no location of an image with a name; skopeo splits here, too.
  const named = namedAt(transport, rest);
  const path = named < 0 ? rest : rest.slice(0, named);
  if ((path === "" && transport !== "docker-daemon") || path.includes("\0"))
    return refuse(`it names no path, as in ${locationShapes[transport]}`);
  if (path === "-" && (transport === "oci" || transport === "dir"))
    return refuse(`${transport}: is a folder, not a stream`);
  if (path === "-" && isDisk({ transport }))
    return refuse("the program that writes it needs a file, not a stream");
  const misnamed = whyMisnamed(transport, path);
  if (misnamed !== undefined) return refuse(misnamed);
  if (named < 0) return { transport, path };
  const name = path === "" ? rest : rest.slice(named + 1);
  const known = transport.startsWith("docker-") ? parseReference(name) !== undefined : isTag(name);
  if (!known) return refuse(`${JSON.stringify(name)} is no name, as in ${locationShapes[transport]}`);
  return { transport, path, name };
}

function whyUnknown(text: string): string {
  if (text.startsWith("docker://"))
    return `there are no registries here yet; \`skopeo copy ${text} oci:FOLDER:TAG\` brings the image to a folder, which is oci:FOLDER:TAG here`;
  const known = `it begins with none of ${transports.map((name) => `${name}:`).join(", ")}`;
  if (!/^[\w./+-]+$/.test(text)) return known;
  const meant = /\.tar(?:\.\w+)?$/.test(text)
    ? `docker-archive:${text}, oci-archive:${text} or, for the files alone, tar:${text}`
    : `oci:${text}, docker-archive:${text}.tar or docker-daemon:${text}`;
  return `${known}; did you mean ${meant}?`;
}

/** Other programs go by what these files are called. */
function whyMisnamed(transport: Transport, path: string): string | undefined {
  if (transport === "wsl" && path !== "-" && !path.endsWith(".wsl"))
    return "Windows goes by its name, which must end in .wsl";
  if (transport !== "nspawn") return undefined;
  if (path === "-") return "its SHA256SUMS stands beside it, so it is a file, not a stream";
  return compressionNamed(path) !== undefined && isPlainName(basename(path))
    ? undefined
    : "importctl goes by its name, which must end in .tar, .tar.gz or .tar.zst";
}

/** Where the path ends and a name begins; negative where there is no name. */
function namedAt(transport: Transport, rest: string): number {
  if (transport === "docker-daemon") return 0;
  return transport.startsWith("docker-") || transport.startsWith("oci") ? rest.indexOf(":") : -1;
}

/** As a user would type it. */
export function locationText({ transport, path, name }: Location): string {
  if (transport === "docker-daemon") return `${transport}:${name ?? ""}`;
  if (transport === "aci" && name !== undefined) return `${transport}://${name}`;
  return name === undefined ? `${transport}:${path}` : `${transport}:${path}:${name}`;
}

/** The same place with an absolute path, relative ones starting at `folder`. Streams, daemons and names are no paths. */
export function locationFrom(location: Location, folder: string): Location {
  const { path } = location;
  return path === "-" || path === "" ? location : { ...location, path: resolve(folder, path) };
}

/** Whether what stands there is an OCI image layout, as docker's archives of ours are, too. */
export function hasLayout({ transport }: Location): boolean {
  return transport === "oci" || transport === "oci-archive" || transport === "docker-archive";
}

/** Whether it is the tarball of a root and nothing else: to be looked into, but no image without more being said. */
export function isRootAlone({ transport }: Location): boolean {
  return transport === "tar" || transport === "nspawn" || transport === "wsl";
}

/** Whether it is a file system in a file, which other programs write. */
export function isDisk<Of extends { readonly transport: Transport }>(
  location: Of,
): location is Of & { readonly transport: "squashfs" | "ext4" } {
  return location.transport === "squashfs" || location.transport === "ext4";
}

/** Whether an image has a name there. */
export function hasNames(location: Location): boolean {
  const { transport } = location;
  return transport !== "dir" && transport !== "tar" && transport !== "nspawn" && !isDisk(location);
}

/** Whether what an image is called there comes from its full reference: a tag alone says nothing. */
export function isNamedAfterReference({ transport }: Location): boolean {
  return transport === "aci" || transport === "incus" || transport === "wsl";
}

/** Whether it is a tarball with a root and a document of its own kind: manifest and configuration are made of them. */
export function isRootNested({ transport }: Location): boolean {
  return transport === "aci" || transport === "incus";
}

/** Whether an index of several platforms can stand there. */
export function holdsIndex({ transport }: Location): boolean {
  return transport === "oci" || transport === "oci-archive" || transport === "dir";
}
