import { mapPool } from "../../bytes/pool.ts";
import type { DownloadSeams } from "../../http/download.ts";
import type { LibraryNeed } from "../../model/library.ts";
import type { LockedRepository, Package } from "../../model/package.ts";
import type { Resolution } from "../resolution.ts";
import { unmatchedNotes } from "../unmatched-words.ts";
import { lockPackage } from "./lock-package.ts";
import type { RepositoryPlan } from "./plan.ts";
import { type OpenedRepository, openRepository } from "./repository.ts";
import type { AlpineRequest } from "./request.ts";
import { selectPackages } from "./select.ts";

/** Packages that are fetched at one time. */
const atOnce = 6;

/**
 * Opens the repositories, checks who signed them, and selects packages for each architecture. Every selected package is
 * fetched, since an index has no digest of a package's file: see {@link lockPackage}.
 * @param keep versions of the last lock that stay where they still can be had
 * @param libraries what files from elsewhere need of the distribution: their packages are selected, too
 * @throws what `openRepository`, `selectPackages` and `lockPackage` throw
 */
export async function resolveAlpine(
  request: AlpineRequest,
  plans: readonly RepositoryPlan[],
  architectures: readonly string[],
  keep: (architecture: string) => readonly Pick<Package, "name" | "version" | "digest">[],
  seams: DownloadSeams,
  libraries: (architecture: string) => readonly LibraryNeed[] = () => [],
): Promise<Resolution> {
  const repositories: LockedRepository[] = [];
  const packages: (readonly Package[])[] = [];
  const names = new Set<string>();
  for (const architecture of architectures) {
    const opened: OpenedRepository[] = [];
    for (const plan of plans) opened.push(await openRepository(plan, architecture, seams));
    const byId = new Map(opened.map((one) => [one.locked.id, one]));
    repositories.push(...opened.map(({ locked }) => locked));
    for (const { records } of opened) for (const { name } of records) names.add(name);
    seams.progress?.({ kind: "step", text: `Selecting packages for ${architecture}` });
    const chosen = selectPackages(
      opened.map(({ plan, locked, records }) => ({ repository: locked.id, records, tag: plan.tag })),
      {
        include: request.include,
        exclude: request.exclude,
        architecture,
        keep: keep(architecture),
        libraries: libraries(architecture),
      },
    );
    const before = new Map(keep(architecture).map((one) => [`${one.name} ${one.version}`, one.digest]));
    packages.push(
      await mapPool(chosen, atOnce, (one) => {
        const id = one.candidate.repositories[0]?.repository as string;
        const { name, version } = one.candidate.record;
        const kept = before.get(`${name} ${version}`);
        return lockPackage(one, byId.get(id) as OpenedRepository, architecture, kept, seams);
      }),
    );
  }
  return {
    repositories,
    packages,
    notes: unmatchedNotes(request.exclude.filter((name) => !names.has(name))),
  };
}
