import { mapPool } from "../../bytes/pool.ts";
import { byText } from "../../bytes/text.ts";
import { TareError } from "../../errors.ts";
import { type DownloadSeams, download } from "../../http/download.ts";
import { urlBelow } from "../../http/url.ts";
import type { LibraryNeed } from "../../model/library.ts";
import type { LockedRepository, Package } from "../../model/package.ts";
import type { Keyring } from "../../trust/keyring.ts";
import type { Resolution } from "../resolution.ts";
import { checkIdentity } from "./check-identity.ts";
import { excludedNotes, type Unmatched, unmatchedWords } from "./excluded-notes.ts";
import type { RpmIndex } from "./index/record.ts";
import { isListedFile } from "./index/record.ts";
import { fileOwners, packageIndex } from "./metadata.ts";
import type { RepositoryPlan } from "./plan.ts";
import { type OpenedRepository, openRepository } from "./repository.ts";
import type { FedoraRequest } from "./request.ts";
import { selectPackages } from "./select.ts";
import { verifyPackage } from "./verify-package.ts";
import type { IndexedRepository, Keep, Selection, Wants } from "./wants.ts";

interface Opened {
  readonly repository: OpenedRepository;
  readonly index: RpmIndex;
}

/** Packages that are fetched at one time, where each must be looked at. */
const atOnce = 6;

/**
 * Opens the repositories, checks who vouches for them, and selects packages for each architecture. Of a repository whose
 * index nobody signed, every selected package is fetched and its own signature checked, so that whatever is in the lock
 * was vouched for.
 * @param keep versions that stay where they still can be had
 * @param libraries what files from elsewhere need of the distribution: their packages are selected, too
 * @throws what `openRepository`, `selectPackages` and `verifyPackage` throw
 */
export async function resolveFedora(
  request: FedoraRequest,
  plans: readonly RepositoryPlan[],
  architectures: readonly string[],
  keep: (architecture: string) => readonly Keep[],
  seams: DownloadSeams,
  libraries: (architecture: string) => readonly LibraryNeed[] = () => [],
): Promise<Resolution> {
  const notes = new Set<string>();
  const locked = new Map<string, LockedRepository>();
  const packages: (readonly Package[])[] = [];
  const unmatched: (readonly Unmatched[])[] = [];
  for (const architecture of architectures) {
    const opened = await openAll(plans, architecture, notes, seams);
    unmatched.push(
      unmatchedWords(
        request.exclude,
        opened.map(({ repository: { plan }, index }) => ({ ...plan, index })),
      ),
    );
    const wants: Wants = {
      include: request.include,
      architecture,
      recommends: request.recommends,
      exclude: request.exclude,
      keep: keep(architecture),
      libraries: libraries(architecture),
    };
    seams.progress?.({ kind: "step", text: `Selecting packages for ${architecture}` });
    const selection = await select(opened, wants, seams);
    packages.push(selection.packages.map(({ record: _, ...wanted }) => wanted));
    for (const { repository } of opened) {
      const { id } = repository.locked;
      const own = selection.packages.filter(({ repository: from }) => from === id);
      const signed = await vouched(repository, own, seams);
      const earlier = locked.get(id)?.keys ?? [];
      locked.set(id, { ...signed, keys: [...new Set([...earlier, ...signed.keys])].sort(byText) });
    }
  }
  for (const note of excludedNotes(unmatched)) notes.add(note);
  return { repositories: [...locked.values()], packages, notes: [...notes] };
}

async function openAll(
  plans: readonly RepositoryPlan[],
  architecture: string,
  notes: Set<string>,
  seams: DownloadSeams,
): Promise<Opened[]> {
  const opened: Opened[] = [];
  for (const plan of plans) {
    try {
      const repository = await openRepository(plan, architecture, seams);
      if (repository.repomd.files.has("modules"))
        notes.add(
          `${plan.name} has modules, which are not looked at: the packages of all their streams count like any others.`,
        );
      opened.push({ repository, index: await packageIndex(repository, seams) });
    } catch (cause) {
      if (!plan.optional || !(cause instanceof TareError) || cause.code !== "REPOSITORY_MISSING") throw cause;
      notes.add(`The mirror has no ${plan.name}, so it is left out.`);
    }
  }
  return opened;
}

/** Lists of files are read only when something asks for a file that only they know. */
async function select(opened: readonly Opened[], wants: Wants, seams: DownloadSeams): Promise<Selection> {
  const indexed = opened.map(({ repository: { plan, locked }, index }): IndexedRepository => {
    const { priority, excludes, includes } = plan;
    return { repository: locked.id, index, priority, excludes, includes };
  });
  let asked: readonly string[];
  let failure: unknown;
  let selection: Selection | undefined;
  try {
    selection = selectPackages(indexed, wants);
    asked = selection.unlistedFiles;
  } catch (cause) {
    // It may be such a file that is missing.
    failure = cause;
    asked = [...wants.include, ...opened.flatMap(({ index }) => index.unlistedFiles)].filter(isUnlisted);
  }
  if (asked.length === 0) {
    if (selection === undefined) throw failure;
    return selection;
  }
  const paths = [
    ...new Set([...wants.include.filter(isUnlisted), ...opened.flatMap(({ index }) => index.unlistedFiles)]),
  ].sort(byText);
  const complete: IndexedRepository[] = [];
  for (const [at, { repository, index }] of opened.entries()) {
    const files = await fileOwners(repository, index, paths, seams);
    complete.push({ ...(indexed[at] as IndexedRepository), files });
  }
  return selectPackages(complete, wants);
}

function isUnlisted(text: string): boolean {
  return text.startsWith("/") && !isListedFile(text);
}

/** The repository as the lock has it. @throws what `verifyPackage` and `checkIdentity` throw, DOWNLOAD_FAILED */
async function vouched(
  { locked, packageKeys, mirrors }: OpenedRepository,
  own: readonly Package[],
  seams: DownloadSeams,
): Promise<LockedRepository> {
  if (packageKeys === undefined) return locked;
  const signers = await mapPool(own, atOnce, async (wanted) => {
    const { name, version, digest, size, location } = wanted;
    const what = `${name} ${version}`;
    const urls = mirrors.map((mirror) => urlBelow(mirror, location));
    const content = await download({ name: what, urls, want: { digest, size } }, seams);
    const key = signersKey(wanted, packageKeys);
    const known = await seams.store.recall("rpm-signers", key);
    if (known !== undefined) return known.toString().split(" ");
    const options = { what, keyring: packageKeys, now: seams.now() };
    const { signers, header } = await verifyPackage(content.open(seams.signal), size, options);
    checkIdentity(header, wanted);
    await seams.store.remember("rpm-signers", key, Buffer.from(signers.join(" ")));
    return signers;
  });
  return { ...locked, keys: [...new Set(signers.flat())], signed: "packages" };
}

/**
 * A package that was checked with the very same keys need not be checked again: a signature does not change. What the
 * index calls it may, and the name of the check is a part of it, so that what an earlier one let through is checked anew.
 */
function signersKey({ digest, name, version, architecture }: Package, keyring: Keyring): string {
  return [
    digest,
    "header, payload and identity",
    ...[name, version, architecture],
    ...keyring.keys.map((key) => Buffer.from(key.write()).toString("base64")),
  ].join(" ");
}
