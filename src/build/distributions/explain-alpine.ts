import type { Step } from "../../explain/explanation.ts";
import { type Part, quoted, word, written } from "../../explain/shell.ts";
import { alpineArchitecture } from "../../sources/alpine/architectures.ts";
import type { RepositoryPlan } from "../../sources/alpine/plan.ts";
import { platformOf } from "../platform-of.ts";
import type { AlpinePackages } from "../recipe/recipe.ts";
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
import { keyFilesOf } from "./explain-keys.ts";
import { addressParts, type ScriptMirror, scriptMirror } from "./explain-mirror.ts";
import type { Explained } from "./explained.ts";
import { isFolder } from "./key-file.ts";

export const mirrorVariable = "TARE_ALPINE_MIRROR";

/** What the build does with an item of apks, step by step. */
export async function explainAlpine(
  item: AlpinePackages,
  plans: readonly RepositoryPlan[],
  explained: Explained,
): Promise<Step[]> {
  const { recipe, lock, platforms } = explained;
  return [
    await trust(item, plans, explained),
    choice(item, plans, explained),
    ...platforms.map((platform) => packagesOf(lock, platform)),
    fetching("apk"),
    unpacking(
      recipe,
      "A package is three gzip streams, one behind the other: a signature, what it says of itself, and its files.",
    ),
    configuring(explained),
  ];
}

async function trust(
  item: AlpinePackages,
  plans: readonly RepositoryPlan[],
  explained: Explained,
): Promise<Step> {
  const files = await keyFilesOf(
    [item, ...item.repositories].map(({ keyring }) => keyring),
    plans,
  );
  const shellNames = await Promise.all(
    files.map(async (file) => {
      const name = word(fileName(file.replace(/(?<=.)\/+$/, "")));
      return (await isFolder(file, explained.folder)) ? `${name}/*.rsa.pub` : name;
    }),
  );
  const pins = [...new Set(plans.flatMap((plan) => plan.pins))];
  const mirror = archiveMirror(item, plans, explained);
  const mirrors = mirror === undefined ? [] : [mirror];
  const lines = plans.flatMap(({ tag, mirrors: [address = ""] }): Part[][] => [
    [...(tag === undefined ? [] : [`@${tag} `]), ...addressParts(address, mirrors)],
  ]);
  return {
    title: "Who vouches for the packages",
    words: [
      "Each repository's index is signed. Its signature is checked with the keys of the recipe's keyring, else of the host's; the lock records whose key it was, and the digest of the very index that was read. The index knows a package by the SHA-1 of the part in which it speaks of itself, and that part has the SHA-256 of its files. So every chosen package is fetched and both are checked before the lock is written, which records the SHA-256 of the whole file.",
      ...unsignedWords(
        item.allowUnsigned,
        plans.filter((plan) => plan.allowUnsigned).map(({ name }) => name),
        "indexes",
      ),
    ],
    rows: repositoryRows(explained.lock),
    commands: [
      'mkdir "$made/keys"',
      ...(shellNames.length > 0 ? [`cp ${shellNames.join(" ")} "$made/keys"    # keyring:`] : []),
      ...(shellNames.length > 0 && pins.length > 0
        ? [
            `for key in "$made"/keys/*; do openssl rsa -pubin -in "$key" -outform DER | sha256sum; done    # keys: only ${pins.join(" and ").toLowerCase()} may sign`,
          ]
        : []),
      ...mirrors.map(({ command }) => command),
      ...written(
        lines.map((line) => [line]),
        '"$made/repositories"',
      ),
    ],
  };
}

/** The variable that stands for Alpine's archive; none where the recipe says where it is. */
function archiveMirror(
  { release, mirror, components }: AlpinePackages,
  [first]: readonly RepositoryPlan[],
  { world: { environment } }: Explained,
): ScriptMirror | undefined {
  if (release === undefined || mirror !== undefined) return undefined;
  const address = first?.mirrors[0]?.slice(0, -`/${release}/${components[0]}`.length) ?? "";
  return scriptMirror("mirror", address, environment, [mirrorVariable], "apk");
}

function choice(item: AlpinePackages, plans: readonly RepositoryPlan[], explained: Explained): Step {
  const which =
    item.include.length > 0
      ? `${item.include.join(", ")}, and what all of that needs or sets off (install_if)`
      : "only libraries that the rest of the image is linked to, and what those need";
  const without = item.exclude.length > 0 ? `; never ${item.exclude.join(", ")}` : "";
  const from =
    item.release === undefined
      ? "the recipe's repositories"
      : `Alpine ${item.release} (${item.components.join(", ")})`;
  const names = namedPackages(item.include, explained);
  const architecture = alpineArchitecture(platformOf(explained.platforms[0] ?? ""));
  const untrusted = plans.some(({ allowUnsigned }) => allowUnsigned) ? " --allow-untrusted" : "";
  const wants = [...names.map(word), ...item.exclude.map((name) => quoted(`!${name}`))];
  return {
    title: "Which packages",
    words: [
      `From ${from}: ${which}${without}.`,
      ...libraryWords(explained.lock, explained.platforms),
      "The choice is the one that apk would make. It is written to the lock, so it is made once and not at each build. apk also fetches, checks and unpacks them, without their scripts.",
    ],
    commands: [
      'apk add --root "$made/rootfs" --initdb --keys-dir "$made/keys" --repositories-file "$made/repositories" \\',
      `  --arch ${architecture} --no-scripts${untrusted} ${wants.join(" ")}`.trimEnd(),
    ],
  };
}

function configuring(explained: Explained): Step {
  return {
    title: "Do what the packages' scripts would do",
    words: [
      "No script of a package is run. What well-known ones do is done here: links to busybox, accounts, certificates, and apk's database, so that apk and scanners find the packages. The build's report lists every script and trigger, and those whose work was left to you.",
    ],
    commands: [
      ...(hasPackage(explained, "busybox")
        ? ['chroot "$made/rootfs" /bin/busybox --install -s    # where this machine runs its programs']
        : []),
      'apk info --root "$made/rootfs"',
    ],
  };
}
