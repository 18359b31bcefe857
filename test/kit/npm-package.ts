import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { collect } from "../../src/bytes/bytes.ts";
import { byText } from "../../src/bytes/text.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import { type Entry, rootOwned } from "../../src/model/entry.ts";

/** An npm package, written as data. */
export interface NpmPackageData {
  /** `debug`, `@scope/debug`. */
  readonly name: string;
  /** Default `1.0.0`. */
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly bin?: string | Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  /** Any other field of package.json: `{ peerDependencies: { react: "18" }, deprecated: "no" }`. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Path below `package/` to its content, or more; package.json is made. */
  readonly files?: Readonly<Record<string, string | Uint8Array | NpmFileData>>;
  /** What stands in for the whole tarball. */
  readonly bytes?: Uint8Array;
  /** What the registry says of the tarball: `sha1` as old packages have it. Default `sha512`, and the sha1 beside it. */
  readonly integrity?: "sha512" | "sha1" | "none";
  /** Where the registry says that the tarball is; default its own `NAME/-/BASE-VERSION.tgz`. */
  readonly tarball?: string;
  /** With a registry that has keys: default `true`, a good signature. */
  readonly signed?: boolean | "wrong";
  /** When it was published. Default 2024-01-01. */
  readonly published?: string;
}

export interface NpmFileData {
  readonly content: string | Uint8Array;
  readonly mode?: number;
}

/** A built package. */
export interface BuiltNpmPackage {
  readonly data: NpmPackageData;
  readonly name: string;
  readonly version: string;
  /** What package.json holds. */
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly bytes: Uint8Array;
  /** `sha512-…` of the bytes, whatever the registry says of them. */
  readonly integrity: string;
  /** Hexadecimal sha1 of the bytes. */
  readonly shasum: string;
  /** Below the registry's base: `@scope/debug/-/debug-1.0.0.tgz`. */
  readonly location: string;
}

/** npm's own date for files in a tarball: 1985-10-26T08:15:00Z. */
const date = 499_162_500;

/** The tarball that `npm pack` would make, in shape. The same data gives the same bytes. */
export async function buildNpmPackage(data: NpmPackageData): Promise<BuiltNpmPackage> {
  const { name, version = "1.0.0", fields = {}, files = {} } = data;
  const { dependencies, optionalDependencies, os, cpu, libc, bin, scripts } = data;
  const known = { dependencies, optionalDependencies, os, cpu, libc, bin, scripts };
  const manifest = {
    name,
    version,
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
    ...fields,
  };
  const all = { "package.json": `${JSON.stringify(manifest, null, 2)}\n`, ...files };
  const entries = Object.entries(all)
    .sort(([a], [b]) => byText(a, b))
    .map(([path, file]) => entryOf(`package/${path}`, file));
  const bytes = data.bytes ?? gzipSync(await collect(writeTar(entries), Number.MAX_SAFE_INTEGER, name));
  return {
    data,
    name,
    version,
    manifest,
    bytes,
    integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
    shasum: createHash("sha1").update(bytes).digest("hex"),
    location: `${name}/-/${name.slice(name.indexOf("/") + 1)}-${version}.tgz`,
  };
}

function entryOf(path: string, file: string | Uint8Array | NpmFileData): Entry {
  const { content, mode = 0o644 } =
    typeof file === "string" || file instanceof Uint8Array ? { content: file } : file;
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return { ...rootOwned(path, "file", mode, date), size: bytes.byteLength, content: bytes };
}
