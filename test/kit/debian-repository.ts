import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type BuiltPackage,
  buildDebianPackage,
  type Compression,
  compress,
  type PackageData,
  stanzaOf,
} from "./debian-package.ts";
import { clearsign, defaultSigningKey, type SigningKey, signDetached } from "./signing-key.ts";

/** A signed Debian repository, written as data. Everything has a default. */
export interface RepositoryData {
  readonly packages: readonly PackageData[];
  /** Folder below `dists/`, and the codename. Default `bookworm`. */
  readonly suite?: string;
  /** The `Suite` field. Default `stable`. */
  readonly suiteName?: string;
  readonly origin?: string;
  /** Default `[main]`, and whatever the packages name. */
  readonly components?: readonly string[];
  /** Default `[amd64]`. Packages for `all` are listed in each, unless `allIndex`. */
  readonly architectures?: readonly string[];
  /** A `binary-all` of its own, and `all` only there (Ubuntu and Debian's older suites: no; dak: both). */
  readonly allIndex?: boolean;
  /** Compressed forms of Packages. Default `[none, gz]`. */
  readonly indexes?: readonly Compression[];
  /** Lists of the packages' files, for each component or for the whole suite, with gzip. Default none. */
  readonly contents?: "component" | "suite";
  /** Default true. */
  readonly byHash?: boolean;
  /** Also of the signature. Default 2025-01-01. */
  readonly date?: Date;
  readonly validUntil?: Date;
  /** Default: one key per test file, `defaultSigningKey()`. An empty list makes an unsigned repository. */
  readonly keys?: readonly SigningKey[];
  /** Which signed form is there. Default both. */
  readonly signed?: "InRelease" | "Release.gpg" | "both";
  /** More fields of Release, or other values for those above. */
  readonly release?: Readonly<Record<string, string>>;
}

/** The files of a mirror by their path below its root. Change, drop, or merge them as a test needs. */
export interface DebianRepository {
  readonly suite: string;
  readonly files: Map<string, Uint8Array>;
  readonly packages: readonly BuiltPackage[];
  readonly keys: readonly SigningKey[];
  /** Binary keyring of all `keys`. */
  readonly keyring: Uint8Array;
}

/**
 * Builds packages, indexes and signatures in memory, without a host tool. Serve `files` with `serveFiles` or
 * `fetchFrom` (serve.ts), or lay them on disk with {@link writeRepository}. Several suites under one root: merge
 * their `files` maps. The same data (and keys) give the same bytes but for the signatures.
 */
export async function debianRepository(data: RepositoryData): Promise<DebianRepository> {
  const suite = data.suite ?? "bookworm";
  const keys = data.keys ?? [await defaultSigningKey()];
  const date = data.date ?? new Date("2025-01-01T00:00:00Z");
  const packages = await Promise.all(data.packages.map(buildDebianPackage));
  const files = new Map<string, Uint8Array>();
  for (const built of packages) files.set(poolPath(built), built.bytes);

  const components = [
    ...new Set([...(data.components ?? ["main"]), ...packages.map((p) => p.data.component ?? "main")]),
  ];
  const architectures = data.architectures ?? ["amd64"];
  const listed: [path: string, bytes: Uint8Array][] = [];
  for (const component of components)
    for (const architecture of data.allIndex ? [...architectures, "all"] : architectures) {
      const text = packages
        .filter((p) => (p.data.component ?? "main") === component)
        .filter((p) => belongs(p.data.architecture ?? "amd64", architecture, data.allIndex ?? false))
        .map((p) => stanzaOf(indexFields(p)))
        .join("\n");
      for (const compression of data.indexes ?? ["none", "gz"]) {
        const suffix = compression === "none" ? "" : `.${compression}`;
        const bytes = await compress(Buffer.from(text), compression);
        listed.push([`${component}/binary-${architecture}/Packages${suffix}`, bytes]);
      }
    }
  for (const component of data.contents === "component" ? components : [])
    for (const architecture of architectures) {
      const own = packages.filter((p) => (p.data.component ?? "main") === component);
      listed.push([`${component}/Contents-${architecture}.gz`, await contentsOf(own, architecture)]);
    }
  for (const architecture of data.contents === "suite" ? architectures : [])
    listed.push([`Contents-${architecture}.gz`, await contentsOf(packages, architecture)]);
  for (const [path, bytes] of listed) {
    files.set(`dists/${suite}/${path}`, bytes);
    if (data.byHash ?? true)
      files.set(`dists/${suite}/${dirname(path)}/by-hash/SHA256/${sha256(bytes)}`, bytes);
  }

  const fields = new Map<string, string>([
    ["Origin", data.origin ?? "Test"],
    ["Suite", data.suiteName ?? "stable"],
    ["Codename", suite],
    ["Date", date.toUTCString()],
  ]);
  if (data.validUntil) fields.set("Valid-Until", data.validUntil.toUTCString());
  if (data.byHash ?? true) fields.set("Acquire-By-Hash", "yes");
  fields.set("Architectures", [...(data.allIndex ? ["all"] : []), ...architectures].join(" "));
  fields.set("Components", components.join(" "));
  for (const [name, value] of Object.entries(data.release ?? {})) fields.set(name, value);
  fields.set(
    "SHA256",
    listed
      .map(([path, bytes]) => `\n ${sha256(bytes)} ${String(bytes.byteLength).padStart(8)} ${path}`)
      .join(""),
  );
  const release = stanzaOf(fields);
  const signed = data.signed ?? "both";
  if (signed !== "InRelease" || keys.length === 0) files.set(`dists/${suite}/Release`, Buffer.from(release));
  if (signed !== "InRelease" && keys.length > 0)
    files.set(`dists/${suite}/Release.gpg`, await signDetached(Buffer.from(release), keys, date));
  if (signed !== "Release.gpg" && keys.length > 0)
    files.set(`dists/${suite}/InRelease`, Buffer.from(await clearsign(release, keys, date)));
  return { suite, files, packages, keys, keyring: Buffer.concat(keys.map((key) => key.keyring)) };
}

/** Lays a mirror below `folder`; `file://` + folder is then its address. */
export async function writeRepository(
  repository: Pick<DebianRepository, "files">,
  folder: string,
): Promise<void> {
  for (const [path, bytes] of repository.files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

/** Where the package lies below the mirror's root: its `Filename`. */
export function poolPath(built: BuiltPackage): string {
  const source = (built.fields.get("Source") ?? built.data.name).replace(/ .*/, "");
  const letter = source.startsWith("lib") ? source.slice(0, 4) : source.slice(0, 1);
  return `pool/${built.data.component ?? "main"}/${letter}/${source}/${built.fileName}`;
}

/** Each file with all packages that have it (Debian wiki, DebianRepository/Format, "Contents indices"). */
async function contentsOf(packages: readonly BuiltPackage[], architecture: string): Promise<Uint8Array> {
  const owners = new Map<string, string[]>();
  for (const { data, fields } of packages)
    for (const path of Object.keys(data.files ?? {}))
      if ((data.architecture ?? "amd64") === architecture && !path.endsWith("/"))
        owners.set(path, [...(owners.get(path) ?? []), `${fields.get("Section") ?? "misc"}/${data.name}`]);
  const lines = [...owners].sort().map(([path, names]) => `${path.padEnd(59)} ${names.join(",")}\n`);
  return compress(Buffer.from(lines.join("")), "gz");
}

function belongs(packageArchitecture: string, index: string, allIndex: boolean): boolean {
  return packageArchitecture === index || (packageArchitecture === "all" && !allIndex);
}

function indexFields(built: BuiltPackage): Map<string, string> {
  return new Map([
    ...built.fields,
    ["Filename", poolPath(built)],
    ["Size", String(built.bytes.byteLength)],
    ["SHA256", sha256(built.bytes)],
  ]);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
