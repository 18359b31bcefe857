import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuiltRoot, buildRoot, type PackageGroup, type RootPlan } from "../../src/build/root.ts";
import { collect } from "../../src/bytes/bytes.ts";
import { decompress } from "../../src/bytes/compression/compression.ts";
import type { DiskStore } from "../../src/store/disk-store.ts";
import { mustRun } from "./command.ts";

/** The root that `tare build` makes of a distribution's packages, whose files are in the store; for amd64. */
export function builtPackages(
  store: DiskStore,
  group: Pick<PackageGroup, "distribution" | "architecture" | "packages">,
  options: Partial<Omit<RootPlan, "groups">> = {},
  threads = 2,
): Promise<BuiltRoot> {
  return buildRoot(
    {
      groups: [{ ...group, strip: false, isDistribution: true }],
      platform: { os: "linux", architecture: "amd64" },
      own: [],
      hostLibraries: [],
      libraryPath: "",
      excludes: [],
      accounts: { users: [], groups: [] },
      compressor: { format: "gzip", level: 5 },
      layers: 8,
      epoch: undefined,
      ...options,
    },
    {
      store,
      threads,
      signal: new AbortController().signal,
      obtain: async ({ digest }) => {
        const found = await store.find(digest);
        if (found === undefined) throw new Error(`${digest} is not in the test's store`);
        return found;
      },
      made: () => {},
    },
  );
}

/** A built root's layers, unpacked one over the other by GNU tar into `folder/root`. Returns that folder. */
export async function unpackedLayers({ layers }: BuiltRoot, folder: string): Promise<string> {
  const unpacked = join(folder, "root");
  await mkdir(unpacked);
  for (const [at, { layer }] of layers.entries()) {
    const tar = join(folder, `${at}.tar`);
    await writeFile(tar, await collect(decompress(layer.open(), "the layer"), 1 << 28, "the layer"));
    const keep = ["--xattrs", "--xattrs-include=*", "--numeric-owner", "-p"];
    await mustRun("tar", ["-x", ...keep, "-C", unpacked, "-f", tar]);
  }
  return unpacked;
}
