import type { Step } from "../../explain/explanation.ts";
import { word, wordOf, written } from "../../explain/shell.ts";
import { fedoraArchitecture } from "../../sources/fedora/architectures.ts";
import { repositoryId } from "../../sources/fedora/mirrors.ts";
import type { RepositoryPlan } from "../../sources/fedora/plan.ts";
import { platformOf } from "../platform-of.ts";
import type { FedoraPackages } from "../recipe/recipe.ts";
import {
  fetching,
  fileName,
  hasPackage,
  libraryWords,
  namedPackages,
  packagesOf,
  repositoryRows,
  unpacking,
  unsignedWords,
} from "./explain-common.ts";
import { fedoraMirror, indexKeys, repoSections } from "./explain-fedora-repositories.ts";
import { keyFilesOf } from "./explain-keys.ts";
import type { Explained } from "./explained.ts";

/** What the build does with an item of rpms, step by step. */
export async function explainFedora(
  item: FedoraPackages,
  plans: readonly RepositoryPlan[],
  explained: Explained,
): Promise<Step[]> {
  const { recipe, lock, platforms } = explained;
  const architecture = fedoraArchitecture(platformOf(platforms[0] ?? ""));
  const there = new Set(lock.repositories.map(({ id }) => id));
  const taken = plans.filter((plan) => !plan.optional || there.has(repositoryId(plan, architecture)));
  return [
    await trust(item, taken, architecture, explained),
    choice(item, architecture, explained),
    ...platforms.map((platform) => packagesOf(lock, platform)),
    fetching("dnf"),
    unpacking(
      recipe,
      "A package is a header and a cpio archive of its files; the header has the digest of each file.",
    ),
    configuring(explained),
  ];
}

async function trust(
  item: FedoraPackages,
  plans: readonly RepositoryPlan[],
  architecture: string,
  explained: Explained,
): Promise<Step> {
  const files = await keyFilesOf(
    [item, ...item.repositories].map(({ keyring }) => keyring),
    plans,
  );
  const pins = [...new Set(plans.flatMap((plan) => plan.pins))];
  const mirror = fedoraMirror(item, plans, explained);
  const mirrors = mirror === undefined ? [] : [mirror];
  const names = files.map((file) => word(fileName(file))).join(" ");
  const sections = repoSections(plans, mirrors, architecture, explained.lock.repositories);
  const forIndexes = sections.flat().some(([key]) => key === "repo_gpgcheck=1");
  return {
    title: "Who vouches for the packages",
    words: [
      "The index of a repository (repomd.xml) names the digest of each list, and a list that of each package. Where the index is signed, its signature is checked with the recipe's keys. Where it is not, as Fedora's own is not, every chosen package is fetched and its own signature checked before the lock is written.",
      ...unsignedWords(
        item.allowUnsigned,
        plans.filter((plan) => plan.allowUnsigned).map(({ name }) => name),
        "packages",
      ),
    ],
    rows: repositoryRows(explained.lock),
    commands: [
      ...(pins.length > 0 && files.length > 0
        ? files.map(
            (file) =>
              `gpg --show-keys ${word(fileName(file))}    # keys: only ${pins.join(" and ")} may sign`,
          )
        : []),
      ...(files.length > 0 ? [`rpm --root "$made/rootfs" --import ${names}    # keyring:`] : []),
      ...(forIndexes ? [`cat ${names} >${wordOf(indexKeys)}    # signed indexes`] : []),
      ...mirrors.map(({ command }) => command),
      ...written(sections, '"$made/tare.repo"'),
    ],
  };
}

function choice(item: FedoraPackages, architecture: string, explained: Explained): Step {
  const weak = item.recommends ? "needs or recommends" : "needs";
  const which =
    item.include.length > 0
      ? `${item.include.join(", ")}, and what all of that ${weak}`
      : `only libraries that the rest of the image is linked to, and what those ${weak}`;
  const without = item.exclude.length > 0 ? `; never ${item.exclude.join(", ")}` : "";
  const from = item.release === undefined ? "the recipe's repositories" : `Fedora ${item.release}`;
  const names = namedPackages(item.include, explained);
  const options = [
    ...(item.release === undefined ? [] : [`--releasever=${item.release}`]),
    `--forcearch=${architecture}`,
    `--setopt=install_weak_deps=${item.recommends ? "True" : "False"}`,
    ...item.exclude.map((name) => `--exclude=${word(name)}`),
  ];
  return {
    title: "Which packages",
    words: [
      `From ${from}: ${which}${without}.`,
      ...libraryWords(explained.lock, explained.platforms),
      "The choice is the one that dnf would make. It is written to the lock, so it is made once and not at each build. dnf also fetches, checks and unpacks them, without their scriptlets (noscripts).",
    ],
    commands:
      names.length === 0
        ? []
        : [
            'dnf --installroot="$made/rootfs" --setopt=reposdir="$made" --setopt=tsflags=noscripts \\',
            `  ${options.join(" ")} \\`,
            `  --assumeyes install ${names.map(word).join(" ")}`,
          ],
  };
}

function configuring(explained: Explained): Step {
  return {
    title: "Do what the packages' scriptlets would do",
    words: [
      "No scriptlet of a package is run. What they are known to do is done here: accounts of sysusers.d, the linker's cache, alternatives, links and files, and rpm's database, so that rpm and scanners find the packages. The build's report lists every scriptlet and trigger, and those whose work was left to you.",
    ],
    commands: [
      'systemd-sysusers --root="$made/rootfs"',
      ...(hasPackage(explained, "glibc") ? ['ldconfig -r "$made/rootfs"'] : []),
      'rpm --root "$made/rootfs" --query --all',
    ],
  };
}
