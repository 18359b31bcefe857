import type { Step } from "../../explain/explanation.ts";
import { word, written } from "../../explain/shell.ts";
import { debianArchitecture } from "../../sources/debian/architectures.ts";
import type { RepositoryPlan } from "../../sources/debian/plan.ts";
import { platformOf } from "../platform-of.ts";
import type { DebianPackages } from "../recipe/recipe.ts";
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
import { debianKeys } from "./explain-debian-keys.ts";
import { debianMirrors, preferenceStanzas, sourceStanzas } from "./explain-debian-sources.ts";
import type { Explained } from "./explained.ts";

/** What the build does with an item of Debian's, step by step. */
export async function explainDebian(
  item: DebianPackages,
  plans: readonly RepositoryPlan[],
  explained: Explained,
): Promise<Step[]> {
  const { recipe, lock, platforms } = explained;
  const there = new Set(lock.repositories.map(({ id }) => id));
  const taken = plans.filter(({ id, optional }) => !optional || there.has(id));
  return [
    await trust(item, taken, explained),
    choice(item, explained),
    ...platforms.map((platform) => packagesOf(lock, platform)),
    fetching("mmdebstrap"),
    unpacking(recipe, "A package is an ar archive with a tarball of its files in it."),
    configuring(explained),
  ];
}

async function trust(
  item: DebianPackages,
  plans: readonly RepositoryPlan[],
  explained: Explained,
): Promise<Step> {
  const { commands: copying, keyFiles, named } = await debianKeys(item, plans, explained.folder);
  const mirrors = debianMirrors(item, plans, explained);
  const pinned = plans.filter(({ pins, allowUnsigned }) => pins.length > 0 && !allowUnsigned);
  const shown = pinned.flatMap((plan) =>
    (named.get(plan) ?? []).map(
      (file) => `gpg --show-keys ${word(fileName(file))}    # keys: only ${plan.pins.join(" and ")} may sign`,
    ),
  );
  const preferences = preferenceStanzas(item);
  return {
    title: "Who vouches for the packages",
    words: [
      "Each repository's index is signed. Its signature is checked with the keys of the recipe's keyring, else of the host's; the lock records whose key it was, and the digest of the very index that was read. The index names the digest of each package list, and a list that of each package: whoever changes one byte on the way is found out.",
      ...unsignedWords(
        item.allowUnsigned,
        plans.filter((plan) => plan.allowUnsigned).map(({ id }) => id),
        "indexes",
      ),
    ],
    rows: repositoryRows(explained.lock),
    commands: [
      ...new Set(shown),
      ...copying,
      ...mirrors.map(({ command }) => command),
      ...written(sourceStanzas(plans, mirrors, keyFiles), '"$made/tare.sources"'),
      ...(preferences.length > 0 ? written(preferences, '"$made/preferences"') : []),
    ],
  };
}

const variants: Readonly<
  Record<
    DebianPackages["variant"],
    { readonly words: readonly string[]; readonly include: readonly string[] }
  >
> = {
  none: { words: [], include: [] },
  essential: { words: ["all packages marked as essential"], include: ["?essential"] },
  minbase: {
    words: ["the packages of priority required, and apt"],
    include: ["?essential", "?priority(required)", "apt"],
  },
  apt: { words: ["all packages marked as essential, and apt"], include: ["?essential", "apt"] },
};

function choice(item: DebianPackages, explained: Explained): Step {
  const variant = variants[item.variant];
  const asked = [...(item.include.length > 0 ? [item.include.join(", ")] : []), ...variant.words];
  const without = item.exclude.length > 0 ? `; never ${item.exclude.join(", ")}` : "";
  const which =
    asked.length > 0
      ? `${asked.join(", with ")}, and what all of that ${item.recommends ? "needs or recommends" : "needs"}`
      : `only libraries that the rest of the image is linked to, and what those ${item.recommends ? "need or recommend" : "need"}`;
  const preferred = item.prefer.filter((name) => hasPackage(explained, name));
  const names = [...new Set([...variant.include, ...namedPackages(item.include, explained), ...preferred])];
  // Each pattern of apt (`?essential`) wants an option of its own.
  const [patterns, plain] = [
    names.filter((name) => name.startsWith("?")),
    names.filter((name) => !name.startsWith("?")),
  ];
  const included = [...patterns, ...(plain.length > 0 ? [plain.join(",")] : [])];
  const own = debianArchitecture(platformOf(explained.platforms[0] ?? ""));
  const foreign = names.flatMap((name) => /:([a-z0-9-]+)/.exec(name)?.[1] ?? []);
  const options = [
    ...(item.recommends ? [`--aptopt='APT::Install-Recommends "true"'`] : []),
    ...(preferenceStanzas(item).length > 0
      ? [`--setup-hook="copy-in '$made/preferences' /etc/apt/preferences.d"`]
      : []),
  ];
  return {
    title: "Which packages",
    words: [
      `From ${item.from} ${item.suite.join(", ")}: ${which}${without}.`,
      ...libraryWords(explained.lock, explained.platforms),
      "The choice is written to the lock, so it is made once and not at each build. mmdebstrap lets apt choose, fetch and check them, and unpacks them without their scripts (extract).",
    ],
    commands: [
      `mmdebstrap --variant=extract --architectures=${[...new Set([own, ...foreign])].join(",")} \\`,
      ...(options.length > 0 ? [`  ${options.join(" ")} \\`] : []),
      ...(included.length > 0 ? [`  ${included.map((one) => `--include=${word(one)}`).join(" ")} \\`] : []),
      `  ${word(item.suite[0] ?? "")} "$made/rootfs" "$made/tare.sources"`,
    ],
  };
}

function configuring(explained: Explained): Step {
  const doneFor = (name: string, command: string) => (hasPackage(explained, name) ? [command] : []);
  return {
    title: "Do what the packages' scripts would do",
    words: [
      "No script of a package is run. What well-known ones do is done here: user accounts, the bundle of certificates, the linker's cache, alternatives, and dpkg's database, so that scanners find the packages. The build's report lists every script, and those whose work was left to you.",
    ],
    commands: [
      ...doneFor(
        "base-passwd",
        'for file in passwd group; do cp "$made/rootfs/usr/share/base-passwd/$file.master" "$made/rootfs/etc/$file"; done',
      ),
      ...doneFor(
        "ca-certificates",
        'cat "$made"/rootfs/usr/share/ca-certificates/*/*.crt >"$made/rootfs/etc/ssl/certs/ca-certificates.crt"',
      ),
      ...doneFor("libc6", 'ldconfig -r "$made/rootfs"'),
    ],
  };
}
