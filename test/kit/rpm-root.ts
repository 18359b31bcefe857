import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuiltRoot, buildRoot, type RootPlan } from "../../src/build/root.ts";
import { collect } from "../../src/bytes/bytes.ts";
import { decompress } from "../../src/bytes/compression/compression.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import type { Package } from "../../src/model/package.ts";
import { fedora } from "../../src/sources/fedora/distribution.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { mustRun } from "./command.ts";
import type { BuiltRpm } from "./rpm-package.ts";

export interface RootOfRpms {
  readonly root: BuiltRoot;
  /** The root's layers, unpacked over each other by GNU tar. */
  readonly folder: string;
}

/** The packages, in the order of their installation, as the root filesystem that `tare build` makes of them. */
export async function rootOfRpms(
  folder: string,
  packages: readonly BuiltRpm[],
  options: Partial<Omit<RootPlan, "groups">> = {},
): Promise<RootOfRpms> {
  const store = await openStore(join(folder, "store"));
  const locked = await Promise.all(
    packages.map(async ({ data, fileName, bytes }): Promise<Package> => {
      const want = { digest: digestOf(bytes), size: bytes.length };
      await store.put([bytes], want, fileName);
      const { name, epoch, version = "1.0", release = "1", arch = "x86_64" } = data;
      const evr = `${epoch === undefined ? "" : `${epoch}:`}${version}-${release}`;
      const place = { location: fileName, repository: "test", source: name, because: [] };
      return { name, version: evr, architecture: arch, ...want, ...place };
    }),
  );
  const root = await buildRoot(
    {
      groups: [
        {
          distribution: fedora,
          architecture: "x86_64",
          packages: locked,
          strip: false,
          isDistribution: true,
        },
      ],
      platform: { os: "linux", architecture: "amd64" },
      own: [],
      hostLibraries: [],
      libraryPath: "",
      excludes: [],
      accounts: { users: [], groups: [] },
      compressor: { format: "gzip", level: 1 },
      layers: 8,
      epoch: undefined,
      ...options,
    },
    {
      store,
      threads: 2,
      signal: new AbortController().signal,
      obtain: async ({ digest }) => {
        const found = await store.find(digest);
        if (found === undefined) throw new Error(`${digest} is not in the test's store`);
        return found;
      },
      made: () => {},
    },
  );
  const unpacked = join(folder, "root");
  await mkdir(unpacked);
  for (const [at, { layer }] of root.layers.entries()) {
    const tar = join(folder, `${at}.tar`);
    await writeFile(tar, await collect(decompress(layer.open(), "the layer"), 1 << 28, "the layer"));
    await mustRun("tar", [
      "-x",
      "--xattrs",
      "--xattrs-include=*",
      "--numeric-owner",
      "-p",
      "-C",
      unpacked,
      "-f",
      tar,
    ]);
  }
  return { root, folder: unpacked };
}
