import { join } from "node:path";
import type { BuiltRoot, RootPlan } from "../../src/build/root.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import type { Package } from "../../src/model/package.ts";
import { alpine } from "../../src/sources/alpine/distribution.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { type ApkData, type ApkSigner, apkOf } from "./apk-package.ts";
import { builtPackages, unpackedLayers } from "./built-packages.ts";

export interface RootOfApks {
  readonly root: BuiltRoot;
  /** The root's layers, unpacked over each other by GNU tar. */
  readonly folder: string;
}

export interface ApkRootOptions extends Partial<Omit<RootPlan, "groups">> {
  /** Names of packages that were asked for; all, unless told. */
  readonly world?: readonly string[];
  /** How they were asked for, where not by their names. */
  readonly include?: readonly string[];
  readonly signer?: ApkSigner;
}

/** The packages, in the order of their installation, as the root filesystem that `tare build` makes of them. */
export async function rootOfApks(
  folder: string,
  packages: readonly ApkData[],
  { world, include = [], signer, ...options }: ApkRootOptions = {},
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
  const group = { distribution: alpine(include), architecture: "x86_64", packages: locked };
  const root = await builtPackages(store, group, { compressor: { format: "gzip", level: 1 }, ...options });
  return { root, folder: await unpackedLayers(root, folder) };
}
