import type { Step } from "../../explain/explanation.ts";
import type { Lock } from "../lock/lock.ts";
import type { AlpinePackages, Recipe } from "../recipe/recipe.ts";
import {
  fetching,
  libraryPackages,
  packagesOf,
  repositoryRows,
  unpacking,
  unsignedWords,
} from "./explain-common.ts";

/** What the build does with an item of apks, step by step. */
export function explainAlpine(
  item: AlpinePackages,
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
      "A package is three gzip streams, one behind the other: a signature, what it says of itself, and its files.",
      "tar --extract --gzip --file PACKAGE.apk --directory rootfs --anchored --exclude '.*'",
    ),
    configuring(),
  ];
}

function trust(item: AlpinePackages, lock: Lock): Step {
  return {
    title: "Who vouches for the packages",
    words: [
      "Each repository's index is signed. Its signature is checked with the keys of the recipe's keyring, else of the host's; the lock records whose key it was, and the digest of the very index that was read. The index knows a package by the SHA-1 of the part in which it speaks of itself, and that part has the SHA-256 of its files. So every chosen package is fetched and both are checked before the lock is written, which records the SHA-256 of the whole file.",
      ...unsignedWords(item, "repositories"),
    ],
    rows: repositoryRows(lock),
    commands: [
      "curl -O $REPOSITORY/$ARCH/APKINDEX.tar.gz",
      "apk verify --keys-dir $KEYS APKINDEX.tar.gz",
      "apk verify --keys-dir $KEYS PACKAGE.apk",
    ],
  };
}

function choice(item: AlpinePackages, libraries: readonly string[]): Step {
  const which =
    item.include.length > 0
      ? `${item.include.join(", ")}, and what all of that needs or sets off (install_if)`
      : "only libraries that the rest of the image is linked to, and what those need";
  const without = item.exclude.length > 0 ? `; never ${item.exclude.join(", ")}` : "";
  const from =
    item.release === undefined
      ? "the recipe's repositories"
      : `Alpine ${item.release} (${item.components.join(", ")})`;
  const names = [...item.include, ...libraries].map((name) =>
    /[^\w.+:/@-]/.test(name) ? `'${name}'` : name,
  );
  return {
    title: "Which packages",
    words: [
      `From ${from}: ${which}${without}.`,
      ...(libraries.length > 0
        ? [
            `Programs that come from elsewhere say which libraries they are linked to. So these come along: ${libraries.join(", ")}.`,
          ]
        : []),
      "The choice is the one that apk would make. It is written to the lock, so it is made once and not at each build.",
    ],
    commands: [`apk add --root $PWD/rootfs --initdb --keys-dir $KEYS ${names.join(" ")}`.trimEnd()],
  };
}

function configuring(): Step {
  return {
    title: "Do what the packages' scripts would do",
    words: [
      "No script of a package is run. What well-known ones do is done here: links to busybox, accounts, certificates, and apk's database, so that apk and scanners find the packages. The build's report lists every script and trigger, and those whose work was left to you.",
    ],
    commands: ["apk info --root $PWD/rootfs", "apk audit --root $PWD/rootfs --system"],
  };
}
