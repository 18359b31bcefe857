import type { RpmFile } from "../../formats/rpm/files.ts";
import type { Package } from "../../model/package.ts";
import type { Distribution, InstalledPackage, Verdict } from "../../model/source.ts";
import { configureFedora } from "./configure.ts";
import { mergedUsr } from "./merged-usr.ts";
import { filesByPlace, settle } from "./shared-files.ts";
import { rpmUnpacker } from "./unpack.ts";
import { recallRpm } from "./unpacked.ts";

/** Fedora, and the other distributions of rpms whose `/usr` is merged. */
export const fedora: Distribution = {
  name: rpmUnpacker.name,
  unpacker: rpmUnpacker,
  aliases: mergedUsr,
  idOf,
  placeOf: () => "",
  arbiter,
  configure(root, packages, options) {
    return configureFedora(
      root,
      packages.map((installed) => ({ ...recallRpm(installed.facts.about), id: idOf(installed.package) })),
      options,
    );
  },
};

/** As rpm and dnf spell it: `glibc.x86_64`. */
function idOf({ name, architecture }: Package): string {
  return `${name}.${architecture}`;
}

function arbiter(
  packages: readonly InstalledPackage[],
): (path: string, earlier: string, later: string) => Verdict {
  const byId = new Map(packages.map((installed) => [idOf(installed.package), installed]));
  const known = new Map<string, ReadonlyMap<string, RpmFile>>();
  const fileOf = (id: string, path: string): RpmFile | undefined => {
    const installed = byId.get(id);
    if (installed === undefined) return undefined;
    const files = known.get(id) ?? filesByPlace(recallRpm(installed.facts.about));
    known.set(id, files);
    return files.get(path);
  };
  return (path, earlier, later) => settle(fileOf(earlier, path), fileOf(later, path));
}
