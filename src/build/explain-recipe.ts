import type { Explanation, Step } from "../explain/explanation.ts";
import { distributionSourceOf } from "./distributions/distribution-source-of.ts";
import { applicationSteps } from "./explain-application.ts";
import { tarballSteps } from "./explain-tarballs.ts";
import type { Lock } from "./lock/lock.ts";
import { applicationOf, type Recipe, type RecipeFile } from "./recipe/recipe.ts";

/** What a build of this recipe with this lock does, step by step, and what a person would type instead. */
export function explainRecipe(recipe: Recipe, lock: Lock, platforms: readonly string[]): Explanation {
  const steps: Step[] = [];
  const application = applicationOf(recipe);
  steps.push(...(distributionSourceOf(recipe)?.explain(recipe, lock, platforms) ?? []));
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
