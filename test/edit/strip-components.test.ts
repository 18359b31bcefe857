import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { decompress } from "../../src/bytes/compression/compression.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { type ImportOptions, importFolder, importTarball } from "../../src/edit/import.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { inChunks } from "../kit/chunks.ts";
import { type TarBlock, tarOfBlocks } from "../kit/tar-blocks.ts";
import { withFolder } from "../kit/temporary.ts";

const options: ImportOptions = {
  platform: { os: "linux", architecture: "amd64" },
  config: {},
  normalise: false,
};
const signal = new AbortController().signal;

async function stripped(blocks: readonly TarBlock[], given: Partial<ImportOptions>, lasting = false) {
  const bytes = gzipSync(tarOfBlocks(blocks));
  return withFolder(async (folder) => {
    const seams = { store: await openStore(folder), threads: 1, signal };
    const tarball = { name: "x.tgz", lasting, open: () => inChunks(bytes, 700) };
    const { layer, ...imported } = await importTarball(tarball, { ...options, ...given }, seams);
    const stored = await collect(layer.open(), 1 << 20, "the layer");
    const plain = await collect(decompress([stored], "the layer"), 1 << 20, "the layer");
    expect([layer.digest, layer.diffId]).toEqual([digestOf(stored), digestOf(plain)]);
    const entries = await Array.fromAsync(readTar([plain], "it"), ({ path, type, link }) =>
      link === undefined ? (type === "directory" ? `${path}/` : path) : `${path} ${type} ${link}`,
    );
    return { ...imported, layer, entries };
  });
}

const tree: TarBlock[] = [
  { name: "manifest.yaml" },
  { name: "rootfs/", type: "5", mode: 0o700 },
  { name: "rootfs//bin/", type: "5" },
  { name: "/rootfs/bin/sh", content: "x" },
  { name: "rootfs/bin/ash", type: "1", link: "rootfs/bin/sh" },
  { name: "rootfs/sh", type: "2", link: "rootfs/bin/sh" },
];

test("paths and hardlinks' targets lose their first parts, symlinks' texts none, and it is said", async () => {
  const said = "The paths of x.tgz lost their first part, so the diffID is not that of the tarball.";
  for (const lasting of [true, false]) {
    const { entries, warnings, asItCame, layer } = await stripped(tree, { strip: 1 }, lasting);
    expect(entries).toEqual(["bin/", "bin/sh", "bin/ash hardlink bin/sh", "sh symlink rootfs/bin/sh"]);
    expect([warnings, asItCame, layer.compression]).toEqual([[said], false, "gzip"]);
  }
  const two = await stripped(tree, { strip: 2, compression: { format: "none" } }, true);
  expect([two.entries, two.asItCame]).toEqual([["sh", "ash hardlink sh"], false]);
  const anew = await stripped(tree, { strip: 1, normalise: true }, true);
  expect(anew.entries).toEqual(["bin/", "bin/ash", "bin/sh hardlink bin/ash", "sh symlink rootfs/bin/sh"]);
  expect(anew.warnings).toEqual([]);
});

test("a dot at the beginning is a part, and the advice counts it", async () => {
  const dotted = tree.slice(1).map(({ name, ...block }) => ({ ...block, name: `./${name}` }));
  const { warnings } = await stripped(dotted, {});
  expect(warnings).toEqual([expect.stringMatching(/import it with --strip-components 2\.$/)]);
  const mixed = await stripped([{ name: "rootfs/a" }, { name: "./rootfs/b" }], {});
  expect(mixed.warnings).toEqual([expect.stringMatching(/unpack it and import that folder\.$/)]);
});

test("names that become one are one, and what is left of nothing is nothing", async () => {
  const { entries } = await stripped(
    [{ name: "a/f" }, { name: "b/f", type: "1", link: "a/f" }, { name: "b/." }],
    { strip: 1 },
  );
  expect(entries).toEqual(["f"]);
  const { warnings } = await stripped(tree, { strip: 9 });
  expect(warnings).toEqual(["x.tgz has no path of more than 9 parts; the image is empty."]);
});

test("a hardlink to what is left out is refused, and so is a path that leads out", async () => {
  await expect(
    stripped([{ name: "f" }, { name: "a/b", type: "1", link: "f" }], { strip: 1 }),
  ).rejects.toThrow(
    "x.tgz cannot be unpacked: a/b is a hardlink to f, which has too few parts to lose 1 of them",
  );
  await expect(stripped([{ name: "../a/b" }], { strip: 1 })).rejects.toThrow("leads out of the root");
});

test("of a folder that holds one folder only, that one is advised", async () => {
  await withFolder(async (folder) => {
    const outer = join(folder, "it's");
    await mkdir(join(outer, "rootfs"), { recursive: true });
    const advised = async () => {
      const seams = { store: await openStore(join(folder, "store")), threads: 1, signal };
      return (await importFolder(outer, { ...options, owners: "root", name: "x" }, seams)).warnings;
    };
    expect(await advised()).toEqual([
      `Everything in ${outer} is below rootfs/, and so it is in the image; if that folder should be the root, import it: tare import '${folder}/it'\\''s/rootfs' x`,
    ]);
    await writeFile(join(outer, "file"), "");
    expect(await advised()).toEqual([]);
  });
});
