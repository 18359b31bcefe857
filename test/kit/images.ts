import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { collect } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import { assembleImage } from "../../src/images/assemble.ts";
import type { Entry, EntryType } from "../../src/model/entry.ts";
import type { Compression, Image, Layer, RuntimeConfig } from "../../src/model/image.ts";
import type { Platform } from "../../src/model/platform.ts";

/** One entry as a test writes it: text is a file, the rest is said. */
type EntryData =
  | string
  | (Partial<Omit<Entry, "content" | "path">> & {
      readonly type?: EntryType;
      readonly content?: string | Uint8Array;
    });

/** Paths to entries, in order; a path that ends in `/` is a folder, `a -> b` a symlink, `a => b` a hardlink. */
export type Tree = Readonly<Record<string, EntryData>> | readonly (readonly [string, EntryData])[];

export function entriesOf(tree: Tree): Entry[] {
  const pairs = Array.isArray(tree) ? tree : Object.entries(tree);
  return pairs.map(([name, data]: readonly [string, EntryData]) => entryOf(name, data));
}

function entryOf(name: string, data: EntryData): Entry {
  const { content = "", ...given } = typeof data === "string" ? { content: data } : data;
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const [path = "", link] = name.split(/ [-=]> /);
  const type: EntryType = name.includes(" -> ")
    ? "symlink"
    : name.includes(" => ")
      ? "hardlink"
      : name.endsWith("/")
        ? "directory"
        : "file";
  return {
    path: path.replace(/^\.?\/|\/$/g, ""),
    type,
    mode: type === "directory" ? 0o755 : type === "symlink" ? 0o777 : 0o644,
    uid: 0,
    gid: 0,
    uname: "",
    gname: "",
    mtime: 0,
    ...(link !== undefined && { link }),
    ...given,
    size: bytes.byteLength,
    content: bytes,
  };
}

export async function layerOf(tree: Tree, compression: Compression = "gzip"): Promise<Layer> {
  const plain = await collect(writeTar(entriesOf(tree)), 1 << 30, "a test's layer");
  return layerFrom(plain, compression);
}

function layerFrom(plain: Uint8Array, compression: Compression = "gzip"): Layer {
  const bytes =
    compression === "gzip" ? gzipSync(plain) : compression === "zstd" ? zstdCompressSync(plain) : plain;
  return {
    digest: digestOf(bytes),
    size: bytes.byteLength,
    compression,
    diffId: `sha256:${createHash("sha256").update(plain).digest("hex")}`,
    uncompressedSize: plain.byteLength,
    async *open() {
      yield bytes;
    },
  };
}

const amd64: Platform = { os: "linux", architecture: "amd64" };
export const arm64: Platform = { os: "linux", architecture: "arm64" };

export function imageOf(
  layers: readonly Layer[],
  { config = {}, platform = amd64 }: { config?: RuntimeConfig; platform?: Platform } = {},
): Image {
  return assembleImage({
    platform,
    layers,
    config,
    created: "2026-01-02T03:04:05Z",
    history: layers.map((_, at) => ({ created: "2026-01-02T03:04:05Z", created_by: `layer ${at}` })),
  });
}

/** An image that runs: the host's static busybox, and what runtimes expect to find. */
export async function busyboxImage(...upper: readonly Layer[]): Promise<Image> {
  const busybox = await readFile("/bin/busybox");
  const base = await layerOf({
    "/": {},
    "bin/": {},
    "bin/busybox": { content: busybox, mode: 0o755 },
    "bin/sh => bin/busybox": { mode: 0o755 },
    "bin/cat -> busybox": "",
    "bin/echo -> busybox": "",
    "etc/": {},
    "etc/motd": "made of layers\n",
    "etc/os-release": "ID=tare-test\n",
    "etc/passwd": "root:x:0:0:root:/:/bin/sh\n",
    "dev/": {},
    "proc/": {},
    "sys/": {},
    "run/": {},
    "tmp/": { mode: 0o1777 },
    "usr/": {},
  });
  return imageOf([base, ...upper], { config: { Cmd: ["/bin/cat", "/etc/motd"], Env: ["PATH=/bin"] } });
}
