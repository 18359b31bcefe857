import { posix } from "node:path";
import type { Explanation, Step } from "../explain/explanation.ts";
import { word, wordOf } from "../explain/shell.ts";
import { type Location, locationText, parseLocation, type Transport } from "../images/location.ts";
import type { Platform } from "../model/platform.ts";
import { distributionSourceOf } from "./distributions/distribution-source-of.ts";
import type { Explained } from "./distributions/explained.ts";
import { applicationSteps } from "./explain-application.ts";
import { accountsStep, filesStep } from "./explain-own.ts";
import { tarballSteps } from "./explain-tarballs.ts";
import { platformOf } from "./platform-of.ts";
import { applicationOf, type Recipe } from "./recipe/recipe.ts";
import { runtimeConfigOf } from "./recipe/runtime-config.ts";

/**
 * What a build of this recipe with this lock does, step by step, and what a person would type instead. All commands, in
 * order, are one script for the recipe's folder, which makes the first of the platforms in a folder of its own.
 * @throws what the recipe's own files say wrong: NO_FILE, BAD_REPO_FILE, BAD_URL
 */
export async function explainRecipe(explained: Explained): Promise<Explanation> {
  const { recipe, lock, platforms } = explained;
  const application = applicationOf(recipe);
  const distribution = distributionSourceOf(recipe);
  const steps: Step[] = [place(platforms), ...((await distribution?.explain(explained)) ?? [])];
  steps.push(...tarballSteps(recipe, lock));
  if (application !== undefined) steps.push(...applicationSteps(application, lock, platforms));
  if (recipe.files.length > 0) steps.push(filesStep(recipe));
  steps.push(...accountsStep(recipe));
  steps.push(layers(recipe), image(recipe, platforms), output(recipe));
  return { title: `How ${recipe.name} is made for ${platforms.join(" and ")}`, steps };
}

function place([first, ...others]: readonly string[]): Step {
  return {
    title: "A place for it",
    words: [
      "Each step has the commands that come to the same by hand. All of them, in order, are one script for bash, for root, in the recipe's folder. tare itself needs neither them nor root.",
      ...others.map(
        (other) => `They make ${first}; \`tare explain --platform ${other}\` has those for ${other}.`,
      ),
    ],
    commands: ['made=$(mktemp --directory) && mkdir "$made/rootfs"'],
  };
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
      'tar --create --sort=name --numeric-owner --directory "$made/rootfs" . >"$made/layer.tar"',
      'sha256sum <"$made/layer.tar"    # the diffID',
      `${program[format]}${flag} <"$made/layer.tar" | sha256sum    # the digest`,
    ],
  };
}

function image(recipe: Recipe, platforms: readonly string[]): Step {
  const { config } = recipe;
  const runs = [...(config.entrypoint ?? []), ...(config.cmd ?? [])];
  return {
    title: "Make the image",
    words: [
      "An image is two small JSON files beside its layers: the configuration (what runs, as whom, with which environment, and the diffIDs) and the manifest (the digests and sizes of the configuration and the layers). The digest of the manifest is the image's name for ever.",
      runs.length > 0 ? `It runs: ${runs.join(" ")}` : "It names no program to run.",
      ...(platforms.length > 1 ? ["An index lists the manifest of each platform."] : []),
    ],
    commands: [
      'umoci init --layout "$made/image" && umoci new --image "$made/image:latest"',
      'umoci raw add-layer --image "$made/image:latest" "$made/layer.tar"',
      ...configuring(recipe, platformOf(platforms[0] ?? "")),
    ],
  };
}

/** One command of umoci, a line for each of its options. */
function configuring(recipe: Recipe, { architecture }: Platform): string[] {
  const made = runtimeConfigOf(recipe, recipe.accounts.runAs);
  const fields: Readonly<Record<string, readonly string[]>> = {
    user: made.User === undefined ? [] : [made.User],
    env: made.Env ?? [],
    workingdir: made.WorkingDir === undefined || made.WorkingDir === "/" ? [] : [made.WorkingDir],
    entrypoint: made.Entrypoint ?? [],
    cmd: made.Cmd ?? [],
    exposedports: Object.keys(made.ExposedPorts ?? {}),
    volume: Object.keys(made.Volumes ?? {}),
    label: Object.entries(made.Labels ?? {}).map(([name, value]) => `${name}=${value}`),
    stopsignal: made.StopSignal === undefined ? [] : [made.StopSignal],
  };
  const options = Object.entries(fields)
    .filter(([, given]) => given.length > 0)
    .map(([field, given]) => given.map((text) => `--config.${field}=${word(text)}`).join(" "));
  const lines = [`umoci config --image "$made/image:latest" --architecture ${architecture}`, ...options];
  return lines.map((line, at) => `${at === 0 ? "" : "  "}${line}${at === lines.length - 1 ? "" : " \\"}`);
}

const knownToSkopeo: ReadonlySet<Transport> = new Set([
  "oci",
  "oci-archive",
  "docker-archive",
  "docker-daemon",
  "dir",
]);

/** The location in the folder of all that is made by hand, so that what tare made stays. */
function besideOthers(location: Location): string {
  if (location.transport === "docker-daemon") return word(locationText(location));
  const { transport, path, name } = location;
  const file = `/${posix.basename(path)}${name === undefined ? "" : `:${name}`}`;
  return wordOf([`${transport}:`, { variable: "made" }, file]);
}

function output({ to, name }: Recipe): Step {
  return {
    title: "Write it",
    words: [
      to.length > 0
        ? `It goes to ${to.join(" and ")}.`
        : "The recipe names no place, so it becomes one file in the current folder.",
      "A file appears under its name only when it is whole. What is made by hand stays in $made.",
    ],
    commands: (to.length > 0 ? to : [`docker-archive:${posix.basename(name)}.tar`]).flatMap((text) => {
      const location = parseLocation(text);
      if (!knownToSkopeo.has(location.transport)) return [];
      return [`skopeo copy "oci:$made/image:latest" ${besideOthers(location)}`];
    }),
  };
}
