import { alpineArchitecture } from "../../sources/alpine/architectures.ts";
import { alpine } from "../../sources/alpine/distribution.ts";
import { planRepositories, type RepositoryPlan } from "../../sources/alpine/plan.ts";
import { repositoryId } from "../../sources/alpine/repository.ts";
import { resolveAlpine } from "../../sources/alpine/resolve.ts";
import type { AlpinePackages } from "../recipe/recipe.ts";
import type { DistributionSource } from "./distribution-source.ts";
import { explainAlpine, mirrorVariable } from "./explain-alpine.ts";
import { unknownMirror } from "./explain-mirror.ts";
import { type PlanWorld, planOrPlaceholder } from "./explain-plan.ts";
import { readKeyFiles } from "./key-file.ts";

/** Alpine, Wolfi, and whatever else has apks. */
export function alpineSource(item: AlpinePackages): DistributionSource {
  return {
    distribution: alpine(item.include),
    libc: item.from === "alpine" || item.from === "apk" ? "musl" : "glibc",
    architecture: alpineArchitecture,
    async choose({ architectures, also, keep, needs }, world, folder) {
      const at = (architecture: string) => architectures.indexOf(architecture);
      return resolveAlpine(
        { ...item, include: [...item.include, ...also] },
        await plan(item, world, folder),
        architectures,
        (architecture) => keep[at(architecture)] ?? [],
        world,
        (architecture) => needs[at(architecture)] ?? [],
      );
    },
    async mirrors(architecture, world, folder) {
      const plans = await plan(item, world, folder);
      return new Map(plans.map((one) => [repositoryId(one, architecture), one.mirrors]));
    },
    async explain(explained) {
      const plans = await planOrPlaceholder({ [mirrorVariable]: unknownMirror }, explained.world, (world) =>
        plan(item, world, explained.folder),
      );
      return explainAlpine(item, plans, explained);
    },
  };
}

function plan(item: AlpinePackages, world: PlanWorld, folder: string): Promise<readonly RepositoryPlan[]> {
  return planRepositories(item, {
    environment: world.environment,
    host: world,
    readKeyFiles: (name) => readKeyFiles(name, folder),
  });
}
