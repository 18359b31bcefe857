import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuiltRoot, buildRoot, type RootPlan } from "../../src/build/root.ts";
import { collect } from "../../src/bytes/bytes.ts";
import { decompress } from "../../src/bytes/compression/compression.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import type { Package } from "../../src/model/package.ts";
import { alpine } from "../../src/sources/alpine/distribution.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { type ApkData, type ApkSigner, apkOf } from "./apk-package.ts";
import { mustRun } from "./command.ts";

export interface RootOfApks {
  readonly root: BuiltRoot;
  /** The root's layers, unpacked over each other by GNU tar. */
  readonly folder: string;
}

export interface ApkRootOptions extends Partial<Omit<RootPlan, "groups">> {
  /** Names of packages that were asked for; all, unless told. */
  readonly world?: readonly string[];
  readonly signer?: ApkSigner;
}

/** The packages, in the order of their installation, as the root filesystem that `tare build` makes of them. */
export async function rootOfApks(
  folder: string,
  packages: readonly ApkData[],
  { world, signer, ...options }: ApkRootOptions = {},
): Promise<RootOfApks> {
  const store = await openStore(join(folder, "store"));
  const locked = await Promise.all(
    packages.map(async (data): Promise<Package> => {
      const bytes = apkOf(data, signer);
      const want = { digest: digestOf(bytes), size: bytes.length };
      const { name, version = "1.0-r0", architecture = "x86_64", origin = name } = data;
      const location = `${name}-${version}.apk`;
      await store.put([bytes], want, location);
      const because = world === undefined || world.includes(name) ? [] : ["another"];
      return { name, version, architecture, ...want, location, repository: "test", source: origin, because };
    }),
  );
  const root = await buildRoot(
    {
      groups: [
        {
          distribution: alpine,
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
    const keep = ["--xattrs", "--xattrs-include=*", "--numeric-owner", "-p"];
    await mustRun("tar", ["-x", ...keep, "-C", unpacked, "-f", tar]);
  }
  return { root, folder: unpacked };
}
