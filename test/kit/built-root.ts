import { join } from "node:path";
import type { BuiltRoot, RootPlan } from "../../src/build/root.ts";
import { collect } from "../../src/bytes/bytes.ts";
import { decompress } from "../../src/bytes/compression/compression.ts";
import { digestOf, verified } from "../../src/bytes/digest.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import type { Package } from "../../src/model/package.ts";
import { debian } from "../../src/sources/debian/distribution.ts";
import { type DiskStore, openStore } from "../../src/store/disk-store.ts";
import { builtPackages } from "./built-packages.ts";
import { buildDebianPackage, type PackageData } from "./debian-package.ts";

/** A package as data, or a `.deb` that no builder would make, under a name. */
export type TestPackage = PackageData | { readonly name: string; readonly deb: Uint8Array };

export interface RootOfPackages {
  readonly root: BuiltRoot;
  /**
   * Every layer as a container engine unpacks it: its paths in order, each with its type, and a link's text. Paths
   * that stand twice would show twice.
   */
  readonly layers: readonly (readonly string[])[];
  /** Contents of the regular files, the highest layer's. */
  readonly files: ReadonlyMap<string, string>;
}

/** The packages as the root filesystem that `tare build` makes of them, in layers whose digests were checked. */
export async function rootOfPackages(
  folder: string,
  packages: readonly TestPackage[],
  options: Partial<Omit<RootPlan, "groups">> & { readonly threads?: number; readonly store?: DiskStore } = {},
): Promise<RootOfPackages> {
  const { threads = 2, store = await openStore(join(folder, "store")), ...rest } = options;
  const locked = await Promise.all(
    packages.map(async (one): Promise<Package> => {
      const bytes = "deb" in one ? one.deb : (await buildDebianPackage(one)).bytes;
      const want = { digest: digestOf(bytes), size: bytes.length };
      await store.put([bytes], want, one.name);
      const version = ("version" in one && one.version) || "1.0";
      const architecture = ("architecture" in one && one.architecture) || "amd64";
      const { name } = one;
      return {
        name,
        version,
        architecture,
        ...want,
        location: name,
        repository: "test",
        source: name,
        because: [],
      };
    }),
  );
  const group = { distribution: debian, architecture: "amd64", packages: locked };
  const root = await builtPackages(store, group, rest, threads);
  const layers: string[][] = [];
  const files = new Map<string, string>();
  for (const { layer } of root.layers) {
    const listed: string[] = [];
    const stored = verified(layer.open(), layer, "the layer");
    const plain = verified(
      decompress(stored, "the layer"),
      { digest: layer.diffId, size: layer.uncompressedSize },
      "its tar",
    );
    for await (const { path, type, link, content } of readTar(plain, "the layer")) {
      listed.push(`${type} ${path}${link === undefined ? "" : ` to ${link}`}`);
      if (type === "file")
        files.set(
          path,
          (content instanceof Uint8Array
            ? Buffer.from(content)
            : await collect(content, 1 << 24, path)
          ).toString(),
        );
    }
    layers.push(listed);
  }
  return { root, layers, files };
}

/** What the packages brought: without what tare itself adds (dpkg's database, the links of a merged /usr). */
export function broughtBy({ layers }: RootOfPackages): string[] {
  const own =
    /^directory (?:var|var\/lib|usr|usr\/share|etc|etc\/dpkg.*)$| (?:var\/lib\/dpkg|etc\/dpkg)(?:\/|$)|^symlink (?:bin|lib|sbin) to usr\//;
  return layers.flat().filter((line) => !own.test(line));
}
