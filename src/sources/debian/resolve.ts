import { collect } from "../../bytes/bytes.ts";
import { decompress } from "../../bytes/compression/compression.ts";
import { TareError } from "../../errors.ts";
import type { DownloadSeams } from "../../http/download.ts";
import type { LibraryNeed } from "../../model/library.ts";
import type { Package } from "../../model/package.ts";
import type { Store } from "../../model/seams.ts";
import type { Resolution } from "../resolution.ts";
import { unmatchedNotes } from "../unmatched-words.ts";
import { type Contents, readContents } from "./contents/read.ts";
import { openIndex } from "./index/open.ts";
import { packIndex } from "./index/pack.ts";
import type { PackageIndex } from "./index/record.ts";
import { libraryWants } from "./libraries.ts";
import type { PackagesFile } from "./packages-download.ts";
import type { RepositoryPlan } from "./plan.ts";
import { type OpenedRepository, openRepository } from "./repository.ts";
import type { DebianRequest } from "./request.ts";
import { selectPackages } from "./select.ts";
import { parseWant } from "./want.ts";
import type { IndexedRepository, Keep, LibraryWant } from "./wants.ts";

interface Opened {
  readonly plan: RepositoryPlan;
  readonly repository: OpenedRepository;
}

/** In every root that tare makes `/bin` is a link into `/usr`: the package that says so beats the one that would do it. */
const mergedUsr = "usr-is-merged";

/**
 * Opens the repositories, checks who signed them, and selects packages for each architecture.
 * @param keep versions that stay where they still can be had
 * @param libraries what files from elsewhere need of the distribution: their packages are selected, too
 * @throws what `openRepository` and `selectPackages` throw; NO_LIBRARY
 */
export async function resolveDebian(
  request: DebianRequest,
  plans: readonly RepositoryPlan[],
  architectures: readonly string[],
  keep: (architecture: string) => readonly Keep[],
  seams: DownloadSeams,
  libraries: (architecture: string) => readonly LibraryNeed[] = () => [],
): Promise<Resolution> {
  const notes: string[] = [];
  const foreign = request.include.flatMap((text) => parseWant(text).architecture ?? []);
  const all = [...new Set([...architectures, ...foreign])];
  const opened: Opened[] = [];
  for (const plan of plans) {
    const repository = await openPlanned(plan, all, seams);
    if (repository === undefined) notes.push(`The mirror has no ${plan.suite}, so it is left out.`);
    else opened.push({ plan, repository });
  }
  const packages: (readonly Package[])[] = [];
  const named = new Set<string>();
  for (const architecture of architectures) {
    const sides = new Set([architecture, "all", ...foreign]);
    const indexes: IndexedRepository[] = [];
    for (const { plan, repository } of opened)
      for (const file of repository.indexes)
        if (sides.has(file.architecture))
          indexes.push(await indexed(plan, repository, file, request, seams.store));
    for (const name of request.exclude)
      if (indexes.some(({ index }) => index.named(name).length > 0)) named.add(name);
    const needs = libraries(architecture);
    const contents = await contentsOf(needs.length > 0 ? opened : [], architecture, seams);
    seams.progress?.({ kind: "step", text: `Selecting packages for ${architecture}` });
    const selection = selectPackages(indexes, {
      include: request.include,
      architecture,
      variant: request.variant,
      recommends: request.recommends,
      exclude: request.exclude,
      prefer: [...request.prefer, mergedUsr],
      keep: keep(architecture),
      libraries: wantsWith(contents, needs, indexes, architecture),
    });
    notes.push(...contents.changed.map(byNames));
    packages.push(selection.packages.map(({ record: _, ...wanted }) => wanted));
  }
  notes.push(...unmatchedNotes(request.exclude.filter((name) => !named.has(name))));
  return { repositories: opened.map(({ repository }) => repository.locked), packages, notes };
}

/** Few files, and one that is large: one after another keeps the memory that their reading takes small. */
async function contentsOf(
  opened: readonly Opened[],
  architecture: string,
  seams: DownloadSeams,
): Promise<Contents> {
  const found: Contents[] = [];
  for (const { plan, repository } of opened) {
    const { release, mirrors, locked } = repository;
    const place = { id: locked.id, suite: plan.suite, components: plan.components, mirrors, release };
    found.push(await readContents(place, architecture, seams));
  }
  return {
    indexes: found.flatMap(({ indexes }) => indexes),
    changed: found.flatMap(({ changed }) => changed),
  };
}

/** Where names alone tell nobody who has a library, a list that did not fit is why. */
function wantsWith(
  { indexes, changed }: Contents,
  needs: readonly LibraryNeed[],
  repositories: readonly IndexedRepository[],
  architecture: string,
): LibraryWant[] {
  try {
    return libraryWants(needs, indexes, repositories, architecture);
  } catch (error) {
    const isMissing = error instanceof TareError && error.code === "NO_LIBRARY";
    throw (isMissing && changed[0]) || error;
  }
}

function byNames({ problem }: TareError): string {
  const where = problem.code === "REPOSITORY_CHANGED" ? problem.id : "";
  return `The lists of files of ${where} do not fit its Release, so the packages of libraries were found by their names; the packages themselves are checked as ever.`;
}

/** Undefined for an optional suite that the mirror does not have. */
async function openPlanned(
  plan: RepositoryPlan,
  architectures: readonly string[],
  seams: DownloadSeams,
): Promise<OpenedRepository | undefined> {
  const { id, suite, components, mirrors, pins, allowUnsigned, checkValidUntil, origin } = plan;
  try {
    const keyring = allowUnsigned ? undefined : await plan.keyring();
    const request = {
      id,
      suite,
      components,
      mirrors,
      pins,
      allowUnsigned,
      checkValidUntil,
      keyring,
      architectures,
    };
    return await openRepository(origin === undefined ? request : { ...request, origin }, seams);
  } catch (cause) {
    if (plan.optional && cause instanceof TareError && cause.code === "SUITE_UNKNOWN") return undefined;
    throw cause;
  }
}

async function indexed(
  plan: RepositoryPlan,
  { locked, release }: OpenedRepository,
  file: PackagesFile,
  request: DebianRequest,
  store: Store,
): Promise<IndexedRepository> {
  const suites = [...new Set([plan.suite, release.suite, release.codename])].filter(
    (name) => name !== undefined,
  );
  const pinned = suites.find((name) => Object.hasOwn(request.pin, name));
  return {
    repository: locked.id,
    index: await packageIndex(file, locked.id, store),
    pin: pinned === undefined ? release.pin : (request.pin[pinned] as number),
    suites,
  };
}

/** Debian's largest `Packages` unpacks to 50 MB. */
const indexLimit = 1 << 30;

/** A parsed index is kept in its compact form, so that no second run reads 60,000 stanzas. */
async function packageIndex(
  { packages, component }: PackagesFile,
  id: string,
  store: Store,
): Promise<PackageIndex> {
  const known = await store.recall("debian-index", packages.digest);
  const index = known === undefined ? undefined : openIndex(known);
  if (index !== undefined) return index;
  const where = `Packages of ${id} ${component}`.trim();
  const text = await collect(decompress(packages.open(), where), indexLimit, where);
  const packed = packIndex(text, where);
  await store.remember("debian-index", packages.digest, packed);
  return openIndex(packed) as PackageIndex;
}
