import type { Writable } from "node:stream";
import { TareError } from "../errors.ts";
import { assembleImage, assembleIndex } from "../images/assemble.ts";
import { holdsIndex, type Location, locationText } from "../images/location.ts";
import { saveImage } from "../images/save.ts";
import type { StoredLayer } from "../layers/seal.ts";
import type { History, Image } from "../model/image.ts";
import type { Package } from "../model/package.ts";
import type { Platform } from "../model/platform.ts";
import type { BuildResult, BuiltImage } from "../model/result.ts";
import { accountNumbers } from "../rootfs/accounts.ts";
import { modulesFolder } from "./application.ts";
import { compressorOf } from "./compressor.ts";
import { excludesOf } from "./excludes.ts";
import { fetchingFor } from "./fetching.ts";
import { filesLayer } from "./files-layer.ts";
import { finishedTree } from "./finished-tree.ts";
import { groupsOf } from "./groups.ts";
import type { Lock } from "./lock/lock.ts";
import { looseLinkWarnings } from "./loose-links.ts";
import { obtainPackages } from "./obtain.ts";
import { ownLibraries } from "./own-libraries.ts";
import { leftOutWarning, ownOutputs } from "./own-outputs.ts";
import { platformOf } from "./platform-of.ts";
import { applicationOf, distributionOf, type Recipe } from "./recipe/recipe.ts";
import { runtimeConfigOf } from "./recipe/runtime-config.ts";
import { type OwnEntry, recipeFiles } from "./recipe-files.ts";
import { repeatedWarning } from "./repeated-warning.ts";
import { type BuiltRoot, buildRoot, type PackageGroup } from "./root.ts";
import { scriptWarnings } from "./script-warnings.ts";
import { secretWarnings } from "./secret-warnings.ts";
import { sourceDateEpoch } from "./source-date.ts";
import { startWarnings } from "./start-warnings.ts";
import { stopwatch } from "./stopwatch.ts";
import { foundInFolders } from "./tarball/found-in-folders.ts";
import { unmetWarnings } from "./unmet-warnings.ts";
import { unsignedWarnings } from "./unsigned-warnings.ts";
import type { World } from "./world.ts";

export interface BuildOptions {
  /** The recipe's folder, absolute. */
  readonly folder: string;
  readonly platforms: readonly string[];
  /** With absolute paths. */
  readonly to: readonly Location[];
  /** Where `-` leads. */
  readonly stdout: Writable;
}

/** Layers at most, the recipe's own files included, unless the recipe says otherwise. */
const layerBudget = 8;

/**
 * From a recipe and its lock to an image at every location. Nothing is resolved here: the lock decides.
 * @throws what fetching, unpacking, composing and saving throw; every location is whole or as it was before
 */
export async function buildRecipe(
  recipe: Recipe,
  lock: Lock,
  world: World,
  options: BuildOptions,
): Promise<BuildResult> {
  const watch = stopwatch();
  if (options.platforms.length > 1)
    for (const location of options.to) refuseSeveral(location, options.platforms);
  const built: BuiltPlatform[] = [];
  for (const platform of options.platforms) {
    world.progress({ kind: "step", text: `Building ${recipe.name} for ${platform}` });
    built.push(await buildPlatform(recipe, lock, platform, world, options));
  }
  watch.lap("layers");
  const [only] = built;
  const images = built.map(({ image }) => image);
  const whole =
    only !== undefined && built.length === 1 ? only.image : assembleIndex(images, recipe.annotations);
  const written: BuildResult["written"][number][] = [];
  const notes: string[] = [];
  for (const location of options.to) {
    world.progress({ kind: "step", text: `Writing ${locationText(location)}` });
    const saved = await saveImage(whole, location, {
      name: recipe.name,
      stdout: options.stdout,
      environment: world.environment,
      progress: world.progress,
      signal: world.signal,
      runProgram: world.runProgram,
    });
    written.push({ location: locationText(location), size: saved.bytes });
    notes.push(...(saved.notes ?? []));
  }
  watch.lap("writing");
  return {
    name: recipe.name,
    ...("index" in whole && { index: whole.index.digest }),
    images: built.map(({ report }) => report),
    written,
    warnings: [
      ...new Set([...unsignedWarnings(lock), ...built.flatMap(({ warnings }) => warnings), ...notes]),
    ],
    timing: watch.laps(),
  };
}

/** Said before anything is built. @throws SEVERAL_PLATFORMS */
function refuseSeveral(location: Location, platforms: readonly string[]): void {
  if (holdsIndex(location)) return;
  throw new TareError({ code: "SEVERAL_PLATFORMS", where: locationText(location), platforms });
}

async function buildPlatform(
  recipe: Recipe,
  lock: Lock,
  platformName: string,
  world: World,
  options: BuildOptions,
): Promise<BuiltPlatform> {
  const platform = platformOf(platformName);
  const compressor = compressorOf(recipe);
  const locked = lock.platforms.find((one) => one.platform === platformName)?.packages ?? [];
  const epoch = sourceDateEpoch(world.environment);
  const budget = recipe.layers ?? layerBudget;
  const groups = await groupsOf(recipe, locked, platform, options.folder);
  const root = await rootOf(recipe, locked, groups, {
    platform,
    budget,
    epoch,
    world,
    folder: options.folder,
  });
  const layers = [...root.layers];
  let own: readonly OwnEntry[] = [];
  const leftOut = new Set<string>();
  if (recipe.files.length > 0) {
    const isOutput = await ownOutputs(options.to);
    const { shape, accounts, created: mtime } = root;
    const application = applicationOf(recipe);
    own = await recipeFiles(recipe, options.folder, {
      ...{ shape, accounts, mtime },
      ...(application && { modules: modulesFolder(application) }),
      isOutput: (path) => {
        const is = isOutput(path);
        if (is) leftOut.add(path);
        return is;
      },
    });
    const layer = await filesLayer(own, shape, mtime, compressor, world);
    layers.push({ layer, holds: [filesOfRecipe] });
  }
  const created = new Date(root.created * 1000).toISOString().replace(".000Z", "Z");
  const config = runtimeConfigOf(recipe, userOf(recipe, root));
  const tree = finishedTree(root, own);
  const image = assembleImage({
    platform,
    layers: layers.map(({ layer }) => layer),
    config,
    created,
    history: layers.map(({ holds }): History => ({ created, created_by: `tare: ${shortened(holds)}` })),
    annotations: recipe.annotations,
  });
  return {
    image,
    report: reportOf(platformName, image, layers, root),
    warnings: [
      ...unmetWarnings(root.unmet, platformName, distributionOf(recipe) !== undefined),
      ...(await startWarnings(config, tree, platformName)),
      ...looseLinkWarnings(root.loose, tree, platformName),
      ...root.repeated.map(repeatedWarning),
      ...scriptWarnings(root.coverage, platformName),
      ...secretWarnings(own),
      ...[...leftOut].map(leftOutWarning),
      ...secretWarnings(await foundInFolders(recipe, options.folder), "packages"),
    ],
  };
}

interface BuiltPlatform {
  readonly image: Image;
  readonly report: BuiltImage;
  readonly warnings: readonly string[];
}

const filesOfRecipe = "files of the recipe";

interface RootOptions {
  readonly platform: Platform;
  readonly budget: number;
  readonly epoch: number | undefined;
  readonly world: World;
  readonly folder: string;
}

async function rootOf(
  recipe: Recipe,
  packages: readonly Package[],
  groups: readonly PackageGroup[],
  { platform, budget, epoch, world, folder }: RootOptions,
): Promise<BuiltRoot> {
  const obtaining = obtainPackages(packages, fetchingFor(recipe, platform, folder, world), world);
  let made = 0;
  try {
    return await buildRoot(
      {
        groups,
        platform,
        own: await ownLibraries(recipe.files, folder),
        hostLibraries: recipe.hostLibraries,
        libraryPath: recipe.config.env?.LD_LIBRARY_PATH ?? "",
        excludes: excludesOf(recipe),
        accounts: recipe.accounts,
        compressor: compressorOf(recipe),
        layers: Math.max(1, recipe.files.length > 0 ? budget - 1 : budget),
        epoch,
      },
      {
        store: world.store,
        threads: world.threads,
        signal: world.signal,
        obtain: obtaining.obtain,
        made: ({ name, version }) => {
          made += 1;
          world.progress({
            kind: "transfer",
            name: `unpacked ${name} ${version}`,
            done: made,
            total: packages.length,
          });
        },
      },
    );
  } finally {
    await obtaining.stop();
  }
}

/** `65532:65532`; undefined for root, which is what runtimes take when nothing is said. */
function userOf({ accounts: { runAs } }: Recipe, { accounts }: BuiltRoot): string | undefined {
  if (runAs === undefined || runAs === "root") return undefined;
  const [user = "", group] = runAs.split(":");
  const { uid, gid } = accountNumbers(
    numberOr(user),
    group === undefined ? undefined : numberOr(group),
    accounts,
    "accounts: run-as",
  );
  return `${uid}:${gid}`;
}

function numberOr(text: string): string | number {
  return /^[0-9]+$/.test(text) ? Number(text) : text;
}

function shortened(names: readonly string[]): string {
  const plain = names.map((name) => name.replace(/:[^:]*$/, ""));
  const shown = plain.slice(0, 6).join(" ");
  return plain.length > 6 ? `${shown} and ${plain.length - 6} more` : shown;
}

function reportOf(
  platform: string,
  image: Image,
  layers: readonly { readonly layer: StoredLayer; readonly holds: readonly string[] }[],
  root: BuiltRoot,
): BuiltImage {
  return {
    platform,
    digest: image.manifest.digest,
    configuration: image.configuration.digest,
    layers: layers.map(({ layer: { digest, diffId, size, uncompressedSize, compression }, holds }) => ({
      digest,
      diffId,
      size,
      uncompressedSize,
      compression,
      holds: holds.map((name) => name.replace(/:[^:]*$/, "")),
    })),
    packages: root.packages,
    leftOut: root.leftOut,
    coverage: root.coverage,
  };
}
