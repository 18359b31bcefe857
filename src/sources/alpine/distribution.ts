import { TareError } from "../../errors.ts";
import { type ApkDependency, isWanted, parseApkDependency } from "../../formats/apk/dependency.ts";
import type { Package } from "../../model/package.ts";
import type { Distribution, InstalledPackage, Verdict } from "../../model/source.ts";
import { configureAlpine } from "./configure.ts";
import type { PlacedApk } from "./placed-apk.ts";
import { apkUnpacker } from "./unpack.ts";
import { recallApk, type UnpackedApk } from "./unpacked.ts";

/**
 * Alpine, and the other distributions of apk packages. Where `/bin` is a link, a package of theirs brings it.
 * @param include what was asked for, as in etc/apk/world
 */
export function alpine(include: readonly string[]): Distribution {
  return {
    name: [apkUnpacker.name, ...include].join(" "),
    unpacker: apkUnpacker,
    aliases: [],
    idOf,
    placeOf: () => "",
    arbiter,
    configure: (root, packages, options) =>
      configureAlpine(root, packages.map(placed), { ...options, include }),
  };
}

/** apk knows one package of a name. */
function idOf({ name }: Package): string {
  return name;
}

/**
 * An index that nobody signed could offer an old package as a new one: so the package itself has the last word.
 * @throws UNSOUND_PACKAGE
 */
function placed({ package: wanted, facts }: InstalledPackage): PlacedApk {
  const apk = recallApk(facts.about);
  const { name, version, architecture } = apk.info;
  const isForIt = architecture === wanted.architecture || architecture === "noarch";
  if (name !== wanted.name || version !== wanted.version || !isForIt)
    throw new TareError({
      code: "UNSOUND_PACKAGE",
      package: `${wanted.name} ${wanted.version}`,
      repository: wanted.repository,
      why: `its file is ${name} ${version} for ${architecture}`,
    });
  return { ...apk, id: idOf(wanted), wanted };
}

/**
 * apk's rules for a path of two packages (apk-tools, `database.c`): where both were built together, it goes to the later;
 * else to the one that replaces the other; where both do, to that of the higher priority, and of equal ones to the later.
 */
function arbiter(
  packages: readonly InstalledPackage[],
): (path: string, earlier: string, later: string) => Verdict {
  const apks = new Map(packages.map(({ package: wanted, facts }) => [idOf(wanted), recallApk(facts.about)]));
  const known = new Map<string, readonly ApkDependency[]>();
  const replacesOf = ({ info }: UnpackedApk): readonly ApkDependency[] => {
    const replaces = known.get(info.name) ?? info.replaces.map((word) => parseApkDependency(word, info.name));
    known.set(info.name, replaces);
    return replaces;
  };
  /** Below zero where the one does not replace the other at all. */
  const claim = (one: UnpackedApk, other: UnpackedApk): number =>
    replacesOf(one).some(
      (replaced) =>
        replaced.name === other.info.name &&
        isWanted(replaced, { version: other.info.version, identity: other.identity }),
    )
      ? one.info.replacesPriority
      : -1;
  return (_path, earlier, later) => {
    const [first, second] = [apks.get(earlier), apks.get(later)];
    if (first === undefined || second === undefined) return "conflict";
    if (first.info.origin !== "" && first.info.origin === second.info.origin) return "later";
    const [older, newer] = [claim(first, second), claim(second, first)];
    if (older > newer) return "earlier";
    return newer >= 0 ? "later" : "conflict";
  };
}
