import { byText } from "../bytes/text.ts";
import type { Explanation, Step } from "../explain/explanation.ts";
import type { Package } from "../model/package.ts";
import { applicationSteps } from "./explain-application.ts";
import { packagesStep } from "./explain-packages.ts";
import { tarballSteps } from "./explain-tarballs.ts";
import type { Lock } from "./lock/lock.ts";
import { isOfDistribution } from "./of-distribution.ts";
import {
  applicationOf,
  type DebianPackages,
  distributionOf,
  type Recipe,
  type RecipeFile,
} from "./recipe/recipe.ts";

/** What a build of this recipe with this lock does, step by step, and what a person would type instead. */
export function explainRecipe(recipe: Recipe, lock: Lock, platforms: readonly string[]): Explanation {
  const steps: Step[] = [];
  const distribution = distributionOf(recipe);
  const application = applicationOf(recipe);
  if (distribution !== undefined) {
    steps.push(trust(distribution, lock), choice(distribution, libraryPackages(lock, platforms)));
    for (const platform of platforms) steps.push(packagesOf(lock, platform));
    steps.push(fetching(lock, platforms), unpacking(recipe), configuring());
  }
  steps.push(...tarballSteps(recipe, lock));
  if (application !== undefined) steps.push(...applicationSteps(application, lock, platforms));
  if (recipe.files.length > 0) steps.push(ownFiles(recipe.files));
  if (
    recipe.accounts.runAs !== undefined ||
    recipe.accounts.users.length > 0 ||
    recipe.accounts.groups.length > 0
  )
    steps.push(accounts(recipe));
  steps.push(layers(recipe), image(recipe, platforms), output(recipe));
  return { title: `How ${recipe.name} is made for ${platforms.join(" and ")}`, steps };
}

function trust({ allowUnsigned }: DebianPackages, lock: Lock): Step {
  return {
    title: "Who vouches for the packages",
    words: [
      "Each repository's index is signed. Its signature is checked with the keys of the recipe's keyring, else of the host's; the lock records whose key it was, and the digest of the very index that was read. The index names the digest of each package list, and a list that of each package: whoever changes one byte on the way is found out.",
      ...(allowUnsigned
        ? [
            "This recipe takes repositories without a valid signature (allow-unsigned): for those, nobody vouches.",
          ]
        : []),
    ],
    rows: {
      columns: ["repository", "made", "signed by the key"],
      rows: lock.repositories
        .filter(({ id }) => isOfDistribution(id))
        .flatMap(({ id, date, keys }) =>
          (keys.length > 0 ? keys : ["nobody"]).map((key) => [id, date?.slice(0, 10) ?? "", key]),
        ),
    },
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

/** The distribution's packages that something from elsewhere needs, by name. */
function libraryPackages(lock: Lock, platforms: readonly string[]): string[] {
  const names = platforms.flatMap((platform) => {
    const packages = packagesFor(lock, platform).filter(({ repository }) => isOfDistribution(repository));
    const own = new Set(packages.map(({ name }) => name));
    return packages.filter(({ because }) => because.some((one) => !own.has(one))).map(({ name }) => name);
  });
  return [...new Set(names)].sort(byText);
}

function packagesOf(lock: Lock, platform: string): Step {
  const packages = packagesFor(lock, platform).filter(({ repository }) => isOfDistribution(repository));
  return packagesStep(`The packages for ${platform}`, packages, "package files");
}

function fetching(lock: Lock, platforms: readonly string[]): Step {
  const all = platforms.flatMap((platform) => packagesFor(lock, platform));
  const first = all.find(({ repository }) => isOfDistribution(repository));
  return {
    title: "Fetch and check",
    words: [
      "What is not in the store yet is fetched, several at a time, and its digest is compared with the lock's while it arrives. What does not match is not kept.",
    ],
    commands: first
      ? [
          `curl -O $MIRROR/${first.location}`,
          `echo "${first.digest.replace(/^sha256:/, "")}  ${first.location.replace(/^.*\//, "")}" | sha256sum --check`,
        ]
      : [],
  };
}

function unpacking({ excludes, locales }: Recipe): Step {
  const left = excludes.default ? ["manuals, documentation and translations"] : [];
  if (excludes.add.length > 0) left.push(excludes.add.join(", "));
  const kept = [...excludes.keep, ...locales.map((locale) => `the locale ${locale}`)];
  const sentence =
    left.length > 0
      ? `Left out: ${left.join("; ")}${kept.length > 0 ? `; kept all the same: ${kept.join(", ")}` : ""}.`
      : "Nothing is left out.";
  return {
    title: "Unpack",
    words: [
      "A package is an ar archive with a tarball of its files in it. Each tarball is read once, put in order, and compressed as a piece of its own that is kept in the store: the next build with this package, of any recipe, takes the piece as it is.",
      sentence,
    ],
    commands: ["dpkg-deb --fsys-tarfile PACKAGE.deb | tar --extract --directory rootfs"],
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

function ownFiles(files: readonly RecipeFile[]): Step {
  return {
    title: "Add your own files",
    words: [
      `The recipe adds ${files.length === 1 ? "one item" : `${files.length} items`} of its own. They go to the topmost layer.`,
    ],
    commands: files.map(({ to, from, directory, mode, owner, ignore }) => {
      const permissions = mode === undefined ? "" : ` -m ${mode.toString(8).padStart(4, "0")}`;
      const user =
        owner === undefined ? "" : ` -o ${owner.user}${"group" in owner ? ` -g ${owner.group}` : ""}`;
      if (directory) return `install -d${permissions}${user} rootfs/${to}`;
      if (from === undefined)
        return `install -D${permissions}${user} /dev/stdin rootfs/${to}    # the text of the recipe`;
      const notes = [permissions, user, ignore ? ` without ${ignore.join(" ")}` : ""].join("");
      return `cp -rT ${from} rootfs/${to}${notes === "" ? "" : `    #${notes}`}`;
    }),
  };
}

function accounts({ accounts: { runAs, users, groups } }: Recipe): Step {
  return {
    title: "Accounts",
    words: [
      runAs === undefined
        ? "The program runs as root."
        : `The program runs as ${runAs}${runAs === "nonroot" ? ", which is user 65532" : ""}.`,
    ],
    commands: [
      ...(runAs === "nonroot" ? [...makeGroup("nonroot", 65532), ...makeUser("nonroot", 65532)] : []),
      ...groups.flatMap(({ name, gid }) => makeGroup(name, gid)),
      ...users.flatMap(({ name, uid, gid }) => [
        ...(gid === undefined && !groups.some((group) => group.gid === uid) ? makeGroup(name, uid) : []),
        ...makeUser(name, uid, gid),
      ]),
    ],
  };
}

function makeGroup(name: string, gid: number): string[] {
  return [`groupadd --root $PWD/rootfs --gid ${gid} ${name}`];
}

function makeUser(name: string, uid: number, gid = uid): string[] {
  return [`useradd --root $PWD/rootfs --uid ${uid} --gid ${gid} --no-create-home ${name}`];
}

function layers({ compression, layers: most }: Recipe): Step {
  const { format, level } = compression;
  const program: Readonly<Record<string, string>> = { gzip: "gzip --no-name", zstd: "zstd", none: "cat" };
  const flag = level === undefined ? "" : ` -${level}`;
  return {
    title: "Make layers",
    words: [
      `A layer is a tarball${format === "none" ? "" : `, compressed with ${format}`}: the packages' pieces one after another, with no time and no name of this machine in it. Packages that change together share a layer, so that an update changes few of them${most === undefined ? "" : `; there are at most ${most}`}.`,
      "Two digests name it: that of the tarball (its diffID) and that of the compressed file.",
    ],
    commands: [
      "tar --create --sort=name --numeric-owner --directory rootfs . >layer.tar",
      "sha256sum layer.tar                     # the diffID",
      `${program[format]}${flag} <layer.tar | sha256sum    # the digest`,
    ],
  };
}

function image({ config }: Recipe, platforms: readonly string[]): Step {
  const runs = [...(config.entrypoint ?? []), ...(config.cmd ?? [])];
  return {
    title: "Make the image",
    words: [
      "An image is two small JSON files beside its layers: the configuration (what runs, as whom, with which environment, and the diffIDs) and the manifest (the digests and sizes of the configuration and the layers). The digest of the manifest is the image's name for ever.",
      runs.length > 0 ? `It runs: ${runs.join(" ")}` : "It names no program to run.",
      ...(platforms.length > 1 ? ["An index lists the manifest of each platform."] : []),
    ],
    commands: [
      "umoci init --layout image && umoci new --image image:latest",
      "umoci raw add-layer --image image:latest layer.tar",
      [
        "umoci config --image image:latest",
        ...words("entrypoint", config.entrypoint),
        ...words("cmd", config.cmd),
      ].join(" "),
    ],
  };
}

/** One flag of umoci for each word, quoted for a shell. */
function words(field: string, given: readonly string[] = []): string[] {
  return given.map((word) => `--config.${field} '${word.replaceAll("'", "'\\''")}'`);
}

function output({ to, name }: Recipe): Step {
  return {
    title: "Write it",
    words: [
      to.length > 0
        ? `It goes to ${to.join(" and ")}.`
        : "The recipe names no place, so it becomes one file in the current folder.",
      "A file appears under its name only when it is whole.",
    ],
    commands: (to.length > 0 ? to : [`docker-archive:${name.replace(/^.*\//, "")}.tar`])
      .filter((location) => !location.startsWith("tar:"))
      .map((location) => `skopeo copy oci:image:latest ${location}`),
  };
}

function packagesFor(lock: Lock, platform: string): readonly Package[] {
  return lock.platforms.find((one) => one.platform === platform)?.packages ?? [];
}
