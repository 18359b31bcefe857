import type { Step } from "../../explain/explanation.ts";
import type { Lock } from "../lock/lock.ts";
import type { FedoraPackages, Recipe } from "../recipe/recipe.ts";
import {
  fetching,
  libraryPackages,
  packagesOf,
  repositoryRows,
  unpacking,
  unsignedWords,
} from "./explain-common.ts";

/** What the build does with an item of rpms, step by step. */
export function explainFedora(
  item: FedoraPackages,
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
      "A package is a header and a cpio archive of its files; the header has the digest of each file.",
      "rpm2cpio PACKAGE.rpm | cpio --extract --make-directories --directory rootfs",
    ),
    configuring(),
  ];
}

function trust(item: FedoraPackages, lock: Lock): Step {
  return {
    title: "Who vouches for the packages",
    words: [
      "The index of a repository (repomd.xml) names the digest of each list, and a list that of each package. Where the index is signed, its signature is checked with the recipe's keys. Where it is not, as Fedora's own is not, every chosen package is fetched and its own signature checked before the lock is written.",
      ...unsignedWords(item, "packages"),
    ],
    rows: repositoryRows(lock),
    commands: [
      "rpm --root $PWD/rootfs --import $KEYFILE",
      "curl -O $REPOSITORY/repodata/repomd.xml",
      "rpmkeys --root $PWD/rootfs --checksig PACKAGE.rpm",
    ],
  };
}

function choice(item: FedoraPackages, libraries: readonly string[]): Step {
  const weak = item.recommends ? "needs or recommends" : "needs";
  const which =
    item.include.length > 0
      ? `${item.include.join(", ")}, and what all of that ${weak}`
      : `only libraries that the rest of the image is linked to, and what those ${weak}`;
  const without = item.exclude.length > 0 ? `; never ${item.exclude.join(", ")}` : "";
  const from = item.release === undefined ? "the recipe's repositories" : `Fedora ${item.release}`;
  const names = [...item.include, ...libraries].map((name) => (/[^\w.+:/-]/.test(name) ? `'${name}'` : name));
  const options = [
    ...(item.release === undefined ? [] : [`--releasever=${item.release}`]),
    `--setopt=install_weak_deps=${item.recommends ? "True" : "False"}`,
    ...item.exclude.map((name) => `--exclude='${name}'`),
  ];
  return {
    title: "Which packages",
    words: [
      `From ${from}: ${which}${without}.`,
      ...(libraries.length > 0
        ? [
            `Programs that come from elsewhere say which libraries they are linked to. So these come along: ${libraries.join(", ")}.`,
          ]
        : []),
      "The choice is the one that dnf would make. It is written to the lock, so it is made once and not at each build.",
    ],
    commands: [`dnf --installroot=$PWD/rootfs ${options.join(" ")} install ${names.join(" ")}`.trimEnd()],
  };
}

function configuring(): Step {
  return {
    title: "Do what the packages' scriptlets would do",
    words: [
      "No scriptlet of a package is run. What they are known to do is done here: accounts of sysusers.d, the linker's cache, alternatives, links and files, and rpm's database, so that rpm and scanners find the packages. The build's report lists every scriptlet and trigger, and those whose work was left to you.",
    ],
    commands: ["systemd-sysusers --root=rootfs", "ldconfig -r rootfs", "rpm --root $PWD/rootfs -qa"],
  };
}
