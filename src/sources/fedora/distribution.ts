import { TareError } from "../../errors.ts";
import type { RpmFile } from "../../formats/rpm/files.ts";
import { compareEvr } from "../../formats/rpm/version.ts";
import type { Package } from "../../model/package.ts";
import type { Distribution, InstalledPackage, Verdict } from "../../model/source.ts";
import { configureFedora } from "./configure.ts";
import { evrOfHeader } from "./evr-of-header.ts";
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

/**
 * An index that nobody signed could offer an old package, with its good signature, as a new one: so the package itself
 * has the last word. @throws UNSOUND_PACKAGE
 */
function placed({ package: wanted, facts }: InstalledPackage): PlacedRpm {
  const rpm = recallRpm(facts.about);
  const version = evrOfHeader(rpm.header);
  const { name, architecture } = rpm;
  if (
    name !== wanted.name ||
    architecture !== wanted.architecture ||
    compareEvr(version, wanted.version) !== 0
  )
    throw new TareError({
      code: "UNSOUND_PACKAGE",
      package: `${wanted.name} ${wanted.version}`,
      repository: wanted.repository,
      why: `its file is ${name} ${version} for ${architecture}`,
    });
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
