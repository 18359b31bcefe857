import { gzipSync, zstdCompressSync } from "node:zlib";

/** One file of a test package, when a text is not enough. Exactly one of `content`, `link`, `hardlink`, or none for a folder. */
export interface FileData {
  readonly content?: string | Uint8Array;
  /** A symlink's text. */
  readonly link?: string;
  /** The path of an earlier file of the package. */
  readonly hardlink?: string;
  /** Default 0644, 0755 for a folder, 0777 for a symlink. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** A Debian binary package, written as data. */
export interface PackageData {
  readonly name: string;
  /** Default `1.0`. */
  readonly version?: string;
  /** Default `amd64`. */
  readonly architecture?: string;
  /** Default `main`. */
  readonly component?: string;
  /** Any other control field by its usual spelling: `{ Depends: "libc6 (>= 2.36)", Essential: "yes" }`. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Path without a leading slash to its text or more; a path that ends in `/` is a folder. Parents are made. */
  readonly files?: Readonly<Record<string, string | Uint8Array | FileData>>;
  /** More members of the control archive: `{ postinst: "#!/bin/sh\n…", conffiles: "/etc/x\n" }`. */
  readonly control?: Readonly<Record<string, string>>;
  /** Of control.tar and data.tar. Default `gz`. `xz` needs the optional `node-liblzma`. */
  readonly compression?: Compression;
  /** Seconds since the epoch, for every file. Default 2024-01-01. */
  readonly mtime?: number;
  /** What stands in for the file, whatever the index then says of it. */
  readonly bytes?: Uint8Array;
}

export type Compression = "gz" | "xz" | "zst" | "none";

/** A built package and the control fields that an index lists. */
export interface BuiltPackage {
  readonly data: PackageData;
  readonly fields: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
  /** `name_version_arch.deb`, the epoch left out as Debian does. */
  readonly fileName: string;
}

/** Bytes as a `.deb` (deb(5)): ar of `debian-binary`, control.tar, data.tar. The same data gives the same bytes. */
export async function buildDebianPackage(data: PackageData): Promise<BuiltPackage> {
  const compression = data.compression ?? "gz";
  const mtime = data.mtime ?? 1_704_067_200;
  const version = data.version ?? "1.0";
  const architecture = data.architecture ?? "amd64";
  const fields = new Map<string, string>([
    ["Package", data.name],
    ["Version", version],
    ["Architecture", architecture],
    ["Maintainer", "A tester <tester@mirror.example>"],
    ...Object.entries(data.fields ?? {}),
  ]);
  if (!fields.has("Description")) fields.set("Description", "a package of a test");
  const suffix = compression === "none" ? "" : `.${compression}`;
  const control = tarOf({ control: stanzaOf(fields), ...data.control }, mtime, 0o755);
  const payload = tarOf(data.files ?? {}, mtime, 0o644);
  const built = arOf(
    [
      ["debian-binary", Buffer.from("2.0\n")],
      [`control.tar${suffix}`, await compress(control, compression)],
      [`data.tar${suffix}`, await compress(payload, compression)],
    ],
    mtime,
  );
  const fileName = `${data.name}_${version.replace(/^\d+:/, "")}_${architecture}.deb`;
  return { data, fields, bytes: data.bytes ?? built, fileName };
}

/** A control paragraph. Values with line breaks must already carry their leading blanks. */
export function stanzaOf(fields: Iterable<readonly [string, string]>): string {
  return [...fields]
    .map(([name, value]) => `${name}:${value.startsWith("\n") ? "" : " "}${value}\n`)
    .join("");
}

export async function compress(bytes: Uint8Array, compression: Compression): Promise<Uint8Array> {
  if (compression === "gz") return gzipSync(bytes);
  if (compression === "zst") return zstdCompressSync(bytes);
  if (compression === "xz") return (await import("node-liblzma")).xzSync(Buffer.from(bytes));
  return bytes;
}

/** An ar archive (ar(5), the common form): a 60-byte header before each member, padded to even. */
export function arOf(
  members: readonly (readonly [name: string, bytes: Uint8Array])[],
  mtime: number,
): Buffer {
  const parts: Uint8Array[] = [Buffer.from("!<arch>\n")];
  for (const [name, bytes] of members) {
    const header =
      name.padEnd(16) +
      String(mtime).padEnd(12) +
      "0".padEnd(6) +
      "0".padEnd(6) +
      "100644".padEnd(8) +
      String(bytes.byteLength).padEnd(10) +
      "`\n";
    parts.push(Buffer.from(header), bytes);
    if (bytes.byteLength % 2 === 1) parts.push(Buffer.from("\n"));
  }
  return Buffer.concat(parts);
}

function tarOf(
  files: Readonly<Record<string, string | Uint8Array | FileData>>,
  mtime: number,
  fileMode: number,
): Buffer {
  const all = new Map<string, FileData>([["", { mode: 0o755 }]]);
  for (const [path, value] of Object.entries(files)) {
    const segments = path.split("/").filter((segment) => segment !== "");
    for (let depth = 1; depth < segments.length; depth += 1) {
      const parent = `${segments.slice(0, depth).join("/")}/`;
      if (!all.has(parent)) all.set(parent, {});
    }
    const file = typeof value === "string" || value instanceof Uint8Array ? { content: value } : value;
    all.set(path.endsWith("/") ? `${segments.join("/")}/` : segments.join("/"), file);
  }
  const blocks: Uint8Array[] = [];
  for (const [path, file] of all) {
    const content = file.content === undefined ? Buffer.alloc(0) : Buffer.from(file.content as Uint8Array);
    blocks.push(tarHeader(`./${path}`, file, content.byteLength, mtime, fileMode), content);
    blocks.push(Buffer.alloc((512 - (content.byteLength % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** One ustar header (POSIX.1-1988), written apart from the program's own codec so that the two check each other. */
function tarHeader(path: string, file: FileData, size: number, mtime: number, fileMode: number): Buffer {
  if (Buffer.byteLength(path) > 100)
    throw new Error(`the test kit writes no path of over 100 bytes: ${path}`);
  const folder = path.endsWith("/");
  const type = folder ? "5" : file.link !== undefined ? "2" : file.hardlink !== undefined ? "1" : "0";
  const mode = file.mode ?? (folder ? 0o755 : type === "2" ? 0o777 : fileMode);
  const header = Buffer.alloc(512);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, "0")}\0`;
  header.write(path, 0);
  header.write(octal(mode, 8), 100);
  header.write(octal(file.uid ?? 0, 8), 108);
  header.write(octal(file.gid ?? 0, 8), 116);
  header.write(octal(size, 12), 124);
  header.write(octal(mtime, 12), 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write(file.link ?? (file.hardlink === undefined ? "" : `./${file.hardlink}`), 157);
  header.write("ustar\u000000root\0", 257);
  header.write("root\0", 297);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}
