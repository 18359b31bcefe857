import { join } from "node:path";
import type { BuiltRoot, RootPlan } from "../../src/build/root.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import type { Package } from "../../src/model/package.ts";
import { fedora } from "../../src/sources/fedora/distribution.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { builtPackages, unpackedLayers } from "./built-packages.ts";
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
  const group = { distribution: fedora, architecture: "x86_64", packages: locked };
  const root = await builtPackages(store, group, { compressor: { format: "gzip", level: 1 }, ...options });
  return { root, folder: await unpackedLayers(root, folder) };
}
