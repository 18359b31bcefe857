import type { RpmFile } from "../../formats/rpm/files.ts";
import type { Package } from "../../model/package.ts";
import type { Distribution, InstalledPackage, Verdict } from "../../model/source.ts";
import { checkIdentity } from "./check-identity.ts";
import { configureFedora } from "./configure.ts";
import { mergedUsr } from "./merged-usr.ts";
import type { PlacedRpm } from "./placed-rpm.ts";
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
    return configureFedora(root, packages.map(placed), options);
  },
};

/** As rpm and dnf spell it: `glibc.x86_64`. */
function idOf({ name, architecture }: Package): string {
  return `${name}.${architecture}`;
}

/** @throws UNSOUND_PACKAGE */
function placed({ package: wanted, facts }: InstalledPackage): PlacedRpm {
  const rpm = recallRpm(facts.about);
  checkIdentity(rpm.header, wanted);
  return { ...rpm, id: idOf(wanted) };
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
