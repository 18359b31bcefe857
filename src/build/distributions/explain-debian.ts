import type { Step } from "../../explain/explanation.ts";
import type { Lock } from "../lock/lock.ts";
import type { DebianPackages, Recipe } from "../recipe/recipe.ts";
import {
  fetching,
  libraryPackages,
  packagesOf,
  repositoryRows,
  unpacking,
  unsignedWords,
} from "./explain-common.ts";

/** What the build does with an item of Debian's, step by step. */
export function explainDebian(
  item: DebianPackages,
  recipe: Recipe,
  lock: Lock,
  platforms: readonly string[],
): Step[] {
  return [
    trust(item, lock),
    choice(item, libraryPackages(lock, platforms)),
    ...platforms.map((platform) => packagesOf(lock, platform)),
    fetching(lock, platforms),
    unpacking(
      recipe,
      "A package is an ar archive with a tarball of its files in it.",
      "dpkg-deb --fsys-tarfile PACKAGE.deb | tar --extract --directory rootfs",
    ),
    configuring(),
  ];
}

function trust(item: DebianPackages, lock: Lock): Step {
  return {
    title: "Who vouches for the packages",
    words: [
      "Each repository's index is signed. Its signature is checked with the keys of the recipe's keyring, else of the host's; the lock records whose key it was, and the digest of the very index that was read. The index names the digest of each package list, and a list that of each package: whoever changes one byte on the way is found out.",
      ...unsignedWords(item, "repositories"),
    ],
    rows: repositoryRows(lock),
    commands: [
      "curl -O $MIRROR/dists/$SUITE/InRelease",
      "gpgv --keyring $KEYRING InRelease",
      "sha256sum Packages.xz    # stands in InRelease",
    ],
  };
}

const variants: Readonly<Record<DebianPackages["variant"], readonly string[]>> = {
  none: [],
  essential: ["all packages marked as essential"],
  minbase: ["the packages of priority required, and apt"],
  apt: ["all packages marked as essential, and apt"],
};

function choice(group: DebianPackages, libraries: readonly string[]): Step {
  const asked = [...(group.include.length > 0 ? [group.include.join(", ")] : []), ...variants[group.variant]];
  const without = group.exclude.length > 0 ? `; never ${group.exclude.join(", ")}` : "";
  const variant = group.variant === "none" ? "custom" : group.variant;
  const names = [...group.include, ...libraries];
  const include = names.length > 0 ? ` --include=${names.join(",")}` : "";
  const which =
    asked.length > 0
      ? `${asked.join(", with ")}, and what all of that ${group.recommends ? "needs or recommends" : "needs"}`
      : `only libraries that the rest of the image is linked to, and what those ${group.recommends ? "need or recommend" : "need"}`;
  return {
    title: "Which packages",
    words: [
      `From ${group.from} ${group.suite.join(", ")}: ${which}${without}.`,
      libraries.length > 0
        ? `Programs that come from elsewhere say which libraries they are linked to. So these come along: ${libraries.join(", ")}.`
        : "Programs that come from elsewhere say which libraries they are linked to: the packages of those come along.",
      "The choice is written to the lock, so it is made once and not at each build.",
    ],
    commands: [`mmdebstrap --simulate --variant=${variant}${include} ${group.suite[0]} /dev/null $MIRROR`],
  };
}

function configuring(): Step {
  return {
    title: "Do what the packages' scripts would do",
    words: [
      "No script of a package is run. What well-known ones do is done here: user accounts, the bundle of certificates, the linker's cache, alternatives, and dpkg's database, so that scanners find the packages. The build's report lists every script, and those whose work was left to you.",
    ],
    commands: ["ldconfig -r rootfs", "chroot rootfs update-ca-certificates"],
  };
}
