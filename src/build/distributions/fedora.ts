import { fedoraArchitecture } from "../../sources/fedora/architectures.ts";
import { fedora } from "../../sources/fedora/distribution.ts";
import { mirrorsOf, repositoryId } from "../../sources/fedora/mirrors.ts";
import { planRepositories, type RequestPlan } from "../../sources/fedora/plan.ts";
import { resolveFedora } from "../../sources/fedora/resolve.ts";
import type { FedoraPackages } from "../recipe/recipe.ts";
import type { DistributionSource } from "./distribution-source.ts";
import { explainFedora } from "./explain-fedora.ts";
import { mirrorVariable } from "./explain-fedora-repositories.ts";
import { unknownMirror } from "./explain-mirror.ts";
import { type PlanWorld, planOrPlaceholder } from "./explain-plan.ts";
import { readKeyFile } from "./key-file.ts";
import { readNamedFile } from "./named-file.ts";

/** Fedora, and whatever else has rpms. */
export function fedoraSource(item: FedoraPackages): DistributionSource {
  return {
    distribution: fedora,
    libc: "glibc",
    architecture: fedoraArchitecture,
    async choose({ architectures, also, keep, needs }, world, folder) {
      const { repositories, notes } = await plan(item, world, folder);
      const at = (architecture: string) => architectures.indexOf(architecture);
      const resolution = await resolveFedora(
        { ...item, include: [...item.include, ...also] },
        repositories,
        architectures,
        (architecture) => keep[at(architecture)] ?? [],
        world,
        (architecture) => needs[at(architecture)] ?? [],
      );
      return { ...resolution, notes: [...notes, ...resolution.notes] };
    },
    async mirrors(architecture, world, folder) {
      const { repositories } = await plan(item, world, folder);
      const found = repositories.map(
        async (one) =>
          [repositoryId(one, architecture), (await mirrorsOf(one, architecture, world)).mirrors] as const,
      );
      return new Map(await Promise.all(found));
    },
    async explain(explained) {
      const plans = await planOrPlaceholder({ [mirrorVariable]: unknownMirror }, explained.world, (world) =>
        plan(item, world, explained.folder),
      );
      return explainFedora(item, plans.repositories, explained);
    },
  };
}

function plan(item: FedoraPackages, world: PlanWorld, folder: string): Promise<RequestPlan> {
  return planRepositories(item, {
    environment: world.environment,
    host: world,
    readKeyFile: (name) => readKeyFile(name, folder),
    readRepoFile: (name) => readNamedFile(name, folder, "a .repo file"),
  });
}
