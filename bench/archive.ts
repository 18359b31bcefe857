/**
 * Writing an image of 45 MB (10 layers of 10 store files each, incompressible) as a hybrid archive, an OCI archive and
 * an OCI layout, beside `skopeo copy` of the same image to the same form.
 *
 * What the two do differently: "store" is the rebuild where nothing changed, so tare copies files that it verified
 * when it kept them; "layout" reads the image from an OCI layout as skopeo does, and verifies every byte. tare syncs
 * what it writes to the disk, skopeo does not. skopeo's docker archive holds unpacked layers, ours packed ones. tare
 * runs in this process: the time that `node -e 0` takes is added to it.
 */
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { encodeHeader, endOfArchive, paddingFor } from "../src/formats/tar/encode.ts";
import { assembleImage } from "../src/images/assemble.ts";
import { parseLocation } from "../src/images/location.ts";
import { openImage } from "../src/images/open.ts";
import { saveImage } from "../src/images/save.ts";
import type { Image, Layer } from "../src/model/image.ts";

const rounds = Number(process.argv[2] ?? 7);
const layerCount = 10;
const memberCount = 10;
const memberSize = 450_000;

async function storedLayer(folder: string, at: number): Promise<Layer> {
  const plain = createHash("sha256");
  const packed = createHash("sha256");
  const files: string[] = [];
  let uncompressedSize = 0;
  let size = 0;
  for (let member = 0; member < memberCount; member += 1) {
    const content = randomBytes(memberSize);
    const owner = { uid: 0, gid: 0, uname: "", gname: "", mtime: 0 };
    const path = `f${at}-${member}`;
    const header = encodeHeader({ ...owner, path, type: "file", mode: 0o644, size: memberSize });
    const last = member === memberCount - 1 ? endOfArchive : new Uint8Array(0);
    const tar = Buffer.concat([header, content, paddingFor(memberSize), last]);
    const gzip = gzipSync(tar, { level: 1 });
    plain.update(tar);
    packed.update(gzip);
    uncompressedSize += tar.byteLength;
    size += gzip.byteLength;
    files.push(join(folder, `${at}-${member}`));
    await writeFile(files.at(-1) as string, gzip);
  }
  return {
    digest: `sha256:${packed.digest("hex")}`,
    diffId: `sha256:${plain.digest("hex")}`,
    size,
    uncompressedSize,
    compression: "gzip",
    files,
    open() {
      throw new Error("content of the store is copied, not opened");
    },
  } as Layer;
}

async function timed(work: () => Promise<unknown> | unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const median = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1] as number;

const folder = await mkdtemp(join(tmpdir(), "tare-bench-"));
try {
  await mkdir(join(folder, "store"));
  const layers = await Promise.all(
    Array.from({ length: layerCount }, (_, at) => storedLayer(join(folder, "store"), at)),
  );
  const fromStore = assembleImage({
    platform: { os: "linux", architecture: "amd64" },
    layers,
    config: {},
    created: "2026-01-01T00:00:00Z",
    history: layers.map(() => ({})),
  });
  await saveImage(fromStore, parseLocation(`oci:${folder}/layout:1`));
  const fromLayout = (await openImage(parseLocation(`oci:${folder}/layout:1`))) as Image;
  const start = median(
    await Array.fromAsync({ length: 15 }, () =>
      timed(() => execFileSync(process.execPath, ["-e", "0"], { stdio: "ignore" })),
    ),
  );
  console.log(`node -e 0: ${start.toFixed(0)} ms, added to tare's times; median of ${rounds} rounds`);
  for (const form of ["docker-archive", "oci-archive", "oci"]) {
    const times: Record<string, number[]> = { again: [], store: [], layout: [], skopeo: [] };
    const target = (name: string) => join(folder, `${form}-${name}`);
    for (let round = 0; round < rounds; round += 1) {
      for (const name of ["store", "layout", "skopeo"])
        await rm(target(name), { recursive: true, force: true });
      const save = (image: Image, name: string) => saveImage(image, parseLocation(`${form}:${target(name)}`));
      times.store?.push(await timed(() => save(fromStore, "store")));
      times.again?.push(await timed(() => save(fromStore, "store")));
      times.layout?.push(await timed(() => save(fromLayout, "layout")));
      const copy = ["--insecure-policy", "copy", "--quiet", `oci:${folder}/layout:1`];
      times.skopeo?.push(
        await timed(() =>
          execFileSync("skopeo", [...copy, `${form}:${target("skopeo")}`], { stdio: "ignore" }),
        ),
      );
    }
    const skopeo = median(times.skopeo ?? []);
    for (const name of ["store", "again", "layout"]) {
      const ours = median(times[name] ?? []);
      const ratio = skopeo / (ours + start);
      console.log(
        `${form.padEnd(15)} ${name.padEnd(7)} ${ours.toFixed(0).padStart(4)} ms; skopeo ${skopeo.toFixed(0)} ms: ${ratio.toFixed(1)} times as fast`,
      );
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
