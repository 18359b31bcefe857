import type { Alternatives } from "../../formats/deb/relation.ts";
import { satisfies } from "../../formats/deb/version.ts";
import type { DirectoryAlias } from "../../model/segment.ts";
import type { Distribution, InstalledPackage, Verdict } from "../../model/source.ts";
import { configureDebian } from "./configure.ts";
import { relationsOf } from "./relations-of.ts";
import { debianUnpacker, recallDebian } from "./unpack.ts";
import { idOfDebian, type UnpackedDebian } from "./unpacked.ts";

/**
 * The directories that are links into `usr` on every Debian and Ubuntu of today (merged /usr), whatever the machine:
 * those that a root does not have do no harm here.
 */
const merged: readonly DirectoryAlias[] = ["bin", "lib", "lib32", "lib64", "libo32", "libx32", "sbin"].map(
  (from) => ({
    from,
    to: `usr/${from}`,
  }),
);

/** Debian and Ubuntu. */
export const debian: Distribution = {
  name: debianUnpacker.name,
  unpacker: debianUnpacker,
  aliases: merged,
  idOf: idOfDebian,
  placeOf: () => "",
  arbiter,
  configure(root, packages, options) {
    return configureDebian(
      root,
      packages.map(({ facts }) => recallDebian(facts.about)),
      options,
    );
  },
};

/**
 * dpkg's rules for a path of two packages: the one that replaces the other keeps it (Debian Policy 7.6.1), and the
 * architectures of one `Multi-Arch: same` package share what they both have.
 */
function arbiter(
  packages: readonly InstalledPackage[],
): (path: string, earlier: string, later: string) => Verdict {
  const debs = new Map(
    packages.map(({ package: wanted, facts }) => [idOfDebian(wanted), recallDebian(facts.about)]),
  );
  const replaced = new Map<string, readonly Alternatives[]>();
  const replaces = (one: string, other: string): boolean => {
    const [self, target] = [debs.get(one), debs.get(other)];
    if (self === undefined || target === undefined) return false;
    const relations = replaced.get(one) ?? relationsOf(self, "Replaces");
    replaced.set(one, relations);
    return relations.some((alternatives) => alternatives.some((relation) => meets(relation, target)));
  };
  return (_path, earlier, later) => {
    const [first, second] = [debs.get(earlier), debs.get(later)];
    if (first?.name === second?.name && first?.multiArch === "same" && second?.multiArch === "same")
      return "earlier";
    if (replaces(later, earlier)) return "later";
    return replaces(earlier, later) ? "earlier" : "conflict";
  };
}

function meets({ name, operator, version }: Alternatives[number], deb: UnpackedDebian): boolean {
  if (name !== deb.name) return false;
  return operator === undefined || version === undefined || satisfies(deb.version, operator, version);
}
