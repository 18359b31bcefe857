import { resolve } from "node:path";
import type { Package } from "../model/package.ts";
import type { Platform } from "../model/platform.ts";
import { npmApplication } from "../sources/npm/application.ts";
import { nodeRuntime } from "../sources/npm/node-runtime.ts";
import { npmPlatform } from "../sources/npm/platform.ts";
import { projectLayout } from "../sources/npm/tree/project-layout.ts";
import { distributionSourceOf } from "./distributions/distribution-source-of.ts";
import { installOrderOf } from "./install-order.ts";
import { isOfDistribution } from "./of-distribution.ts";
import { isOfNpm } from "./of-npm.ts";
import { applicationOf, type NpmPackages, type Recipe } from "./recipe/recipe.ts";
import type { PackageGroup } from "./root.ts";
import { tarballGroups } from "./tarball/groups.ts";

/**
 * A recipe's locked packages of one platform in the groups that make its root: the distribution, tarballs and
 * folders, the runtime, the application. Groups that bring nothing are left out.
 * @param folder the recipe's, absolute
 */
export async function groupsOf(
  recipe: Recipe,
  packages: readonly Package[],
  platform: Platform,
  folder: string,
): Promise<PackageGroup[]> {
  const groups: PackageGroup[] = [];
  const source = distributionSourceOf(recipe);
  if (source !== undefined)
    groups.push({
      distribution: source.distribution,
      architecture: source.architecture(platform),
      packages: installOrderOf(packages.filter(({ repository }) => isOfDistribution(repository))),
      strip: false,
      isDistribution: true,
    });
  groups.push(...tarballGroups(recipe, packages));
  const application = applicationOf(recipe);
  if (application !== undefined) {
    const ofNpm = packages.filter(({ repository }) => isOfNpm(repository));
    groups.push(...(await applicationGroups(application, ofNpm, platform, folder)));
  }
  return groups;
}

async function applicationGroups(
  { project, to, slim, strip }: NpmPackages,
  packages: readonly Package[],
  platform: Platform,
  folder: string,
): Promise<PackageGroup[]> {
  const architecture = npmPlatform(platform).cpu;
  const runtime = packages.filter(({ path }) => path === undefined);
  const application = npmApplication({
    to,
    slim,
    platform: npmPlatform(platform),
    readsTypes: packages.some(({ name }) => name === "typescript"),
    ...(project === undefined ? { links: [] } : await projectLayout(resolve(folder, project))),
  });
  const common = { architecture, strip, isDistribution: false };
  const groups: PackageGroup[] = [
    { ...common, distribution: nodeRuntime(), packages: runtime },
    { ...common, distribution: application, packages: packages.filter(({ path }) => path !== undefined) },
  ];
  // A project without a single dependency still has a package.json, which Node.js reads.
  return groups.filter(
    (group) => group.packages.length > 0 || (project !== undefined && group.distribution === application),
  );
}
