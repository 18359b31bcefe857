import type { FactEntry } from "../../model/segment.ts";
import type { InstalledPackage } from "../../model/source.ts";
import { type InnerPackage, recallNpm } from "./unpack/unpacked.ts";

/** A package where it lies in an application. */
export interface PlacedPackage {
  /** Relative to the application: `node_modules/a/node_modules/b`. */
  readonly path: string;
  /** `ms@2.1.3` */
  readonly id: string;
  readonly inner: InnerPackage;
  /** What its tarball brings, as it lies in the root. */
  readonly entries: readonly FactEntry[];
}

/** Every package of an application, those that came inside another's tarball too. */
export function placedPackages(packages: readonly InstalledPackage[]): PlacedPackage[] {
  return packages.flatMap(({ package: wanted, facts }) =>
    recallNpm(facts.about).packages.map((inner) => ({
      path: inner.at === "" ? pathOf(wanted) : `${pathOf(wanted)}/${inner.at}`,
      id: inner.at === "" ? `${wanted.name}@${wanted.version}` : `${inner.name}@${inner.version}`,
      inner,
      entries: facts.entries,
    })),
  );
}

/** Where a package lies, relative to the application. */
export function pathOf({ name, path }: InstalledPackage["package"]): string {
  return path ?? `node_modules/${name}`;
}

/** The `node_modules` that a package lies in. */
export function modulesFolderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("node_modules/") + "node_modules".length);
}
