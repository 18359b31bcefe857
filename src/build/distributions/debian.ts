import { debianArchitecture } from "../../sources/debian/architectures.ts";
import { debian } from "../../sources/debian/distribution.ts";
import { planRepositories, type RequestPlan } from "../../sources/debian/plan.ts";
import { resolveDebian } from "../../sources/debian/resolve.ts";
import { platformOf } from "../platform-of.ts";
import type { DebianPackages } from "../recipe/recipe.ts";
import type { DistributionSource } from "./distribution-source.ts";
import { explainDebian } from "./explain-debian.ts";
import { mirrorVariables } from "./explain-debian-sources.ts";
import { unknownMirror } from "./explain-mirror.ts";
import { type PlanWorld, planOrPlaceholder } from "./explain-plan.ts";
import { readKeyFile } from "./key-file.ts";

/** Debian and Ubuntu. */
export function debianSource(item: DebianPackages): DistributionSource {
  return {
    distribution: debian,
    libc: "glibc",
    architecture: debianArchitecture,
    async choose({ architectures, also, keep, needs }, world, folder) {
      const { repositories, notes } = await plan(item, architectures, world, folder);
      const at = (architecture: string) => architectures.indexOf(architecture);
      const resolution = await resolveDebian(
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
      const { repositories } = await plan(item, [architecture], world, folder);
      return new Map(repositories.map(({ id, mirrors }) => [id, mirrors]));
    },
    async explain(explained) {
      const architectures = explained.platforms.map((platform) => debianArchitecture(platformOf(platform)));
      const { archive, security, snapshot } = mirrorVariables(item.from);
      const placeholders = {
        [archive]: unknownMirror,
        [security]: `${unknownMirror}/security`,
        [snapshot]: `${unknownMirror}/{archive}/{timestamp}`,
      };
      const { repositories } = await planOrPlaceholder(placeholders, explained.world, (world) =>
        plan(item, architectures, world, explained.folder),
      );
      return explainDebian(item, repositories, explained);
    },
  };
}

function plan(
  item: DebianPackages,
  architectures: readonly string[],
  world: PlanWorld,
  folder: string,
): Promise<RequestPlan> {
  return planRepositories(item, architectures, {
    environment: world.environment,
    host: world,
    readKeyFile: (name) => readKeyFile(name, folder),
  });
}
