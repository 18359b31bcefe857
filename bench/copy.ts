/**
 * `tare copy` beside `skopeo copy`, from docker's archives to OCI layouts and back, over an image of one layer with
 * 170 MB of this machine's own files.
 *
 * What they do differently: skopeo packs the plain layer of a docker archive with gzip when it goes to a layout, and
 * unpacks it on the way back; tare keeps layers as they are unless it is told otherwise, so both are measured: as it
 * comes ("kept"), and packed as skopeo does it ("gzip", "zstd"). tare (built as it is published, Node's start included)
 * verifies every digest and syncs what it writes; skopeo syncs nothing. "gzip" and "zstd" start with an empty store
 * each time. Seconds are of the clock and, since neighbours disturb those, of the processor.
 *
 * Usage: `copy [ROUNDS]`.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { digestOf } from "../src/bytes/digest.ts";
import { encodeHeader, endOfArchive, paddingFor } from "../src/formats/tar/encode.ts";
import { assembleImage } from "../src/images/assemble.ts";
import { parseLocation } from "../src/images/location.ts";
import { saveImage } from "../src/images/save.ts";
import type { Compression, Layer } from "../src/model/image.ts";
import { findPeer } from "../test/kit/peers.ts";
import { withFolder } from "../test/kit/temporary.ts";
import { measure, type Run, ratio, told } from "./kit/measure.ts";
import { publishedTare } from "./kit/published.ts";

const rounds = Number(process.argv[2] ?? 5);
const wanted = 170e6;
if (findPeer("skopeo") === undefined) throw new Error("not installed here: skopeo");

/** A tar of files of the host, until there is enough of them. */
function rootTar(): Buffer {
  const parts: Uint8Array[] = [];
  let size = 0;
  const owner = { uid: 0, gid: 0, uname: "", gname: "", mtime: 0 };
  const found = readdirSync("/usr/bin", { withFileTypes: true }).filter((one) => one.isFile());
  for (const path of found.map(({ parentPath, name }) => join(parentPath, name)).sort()) {
    const room = wanted - size;
    if (room <= 0) break;
    // Whole files, but for the last one and the largest ones: many kinds of content, as in a root filesystem.
    const content = readFileSync(path).subarray(0, Math.min(room, 5e6));
    const header = { ...owner, path: path.slice(1), type: "file" as const, mode: 0o755 };
    const padding = paddingFor(content.byteLength);
    parts.push(encodeHeader({ ...header, size: content.byteLength }), content, padding);
    size += content.byteLength;
  }
  return Buffer.concat([...parts, endOfArchive]);
}

function imageOf(plain: Buffer, compression: Compression) {
  const bytes = compression === "gzip" ? gzipSync(plain) : plain;
  const layer: Layer = {
    digest: digestOf(bytes),
    diffId: digestOf(plain),
    size: bytes.byteLength,
    uncompressedSize: plain.byteLength,
    compression,
    async *open() {
      yield bytes;
    },
  };
  return assembleImage({
    platform: { os: "linux", architecture: "amd64" },
    layers: [layer],
    config: {},
    created: "2026-01-01T00:00:00Z",
    history: [{}],
  });
}

await withFolder(async (folder) => {
  const program = publishedTare(folder);
  const plain = rootTar();
  await saveImage(imageOf(plain, "gzip"), parseLocation(`oci:${folder}/gzip:1`));
  await saveImage(imageOf(plain, "none"), parseLocation(`oci:${folder}/plain:1`));
  const archive = `docker-archive:${folder}/docker.tar`;
  const skopeo = (from: string, to: string) =>
    measure(["skopeo", "--insecure-policy", "copy", "--quiet", from, to], folder);
  const tare = (...args: string[]) =>
    measure([...program, "copy", "--quiet", "--store", join(folder, "store"), ...args], folder);
  // An archive of docker's own kind, without a manifest.
  skopeo(`oci:${folder}/gzip:1`, `${archive}:x:1`);
  const out = join(folder, "out");
  const ways: Record<string, readonly [peer: () => Run, ours: Record<string, () => Run>]> = {
    "docker-archive to oci": [
      () => skopeo(archive, `oci:${out}:1`),
      {
        kept: () => tare(archive, `oci:${out}:1`),
        gzip: () => tare("--compression", "gzip", archive, `oci:${out}:1`),
        zstd: () => tare("--compression", "zstd", archive, `oci:${out}:1`),
      },
    ],
    "oci (gzip) to docker-archive": [
      () => skopeo(`oci:${folder}/gzip:1`, `docker-archive:${out}:x:1`),
      { kept: () => tare(`oci:${folder}/gzip:1`, `docker-archive:${out}:x:1`) },
    ],
    "oci (plain) to docker-archive": [
      () => skopeo(`oci:${folder}/plain:1`, `docker-archive:${out}:x:1`),
      { kept: () => tare(`oci:${folder}/plain:1`, `docker-archive:${out}:x:1`) },
    ],
  };
  console.log(
    `${(plain.byteLength / 1e6).toFixed(0)} MB; ${rounds} rounds; load ${loadavg()[0]?.toFixed(2)}`,
  );
  for (const [way, [peer, ours]] of Object.entries(ways)) {
    const contenders = { skopeo: peer, ...ours };
    const runs = new Map<string, Run[]>(Object.keys(contenders).map((name) => [name, []]));
    for (let round = 0; round < rounds; round += 1)
      for (const [name, run] of Object.entries(contenders)) {
        for (const left of [out, join(folder, "store")]) rmSync(left, { recursive: true, force: true });
        runs.get(name)?.push(run());
      }
    console.log(way);
    for (const [name, times] of runs) {
      const beside = name === "skopeo" ? "" : `; skopeo takes ${ratio(runs.get("skopeo") ?? [], times)}`;
      console.log(`  ${name.padEnd(7)} ${told(times)}${beside}`);
    }
  }
});
