import { TareError } from "../../errors.ts";
import { parseRepoFile, type RepoSection, withVariables } from "../../formats/rpm-md/repo-file.ts";
import { parseUrl } from "../../http/url.ts";
import type { HostFiles } from "../../model/host-files.ts";
import { type Keyring, mergeKeyrings, parseKeyring } from "../../trust/keyring.ts";
import { hostKeys, hostSections } from "./host.ts";
import type { FedoraRequest, OwnRepository } from "./request.ts";

/** One repository of a request: where it is, who vouches for it, and how much it counts. */
export interface RepositoryPlan {
  /** Without a host name: `fedora/41/fedora`, `fedora/own`. */
  readonly name: string;
  /** Where it is; `$basearch` stands for what differs between machines. */
  readonly place: RepositoryPlace;
  readonly priority: number;
  readonly excludes: readonly string[];
  readonly includes: readonly string[];
  readonly pins: readonly string[];
  readonly allowUnsigned: boolean;
  /** Whether repomd.xml itself must be signed. */
  readonly signedIndex: boolean;
  /** Read only when a signature is to be checked. @throws KEYRING_MISSING, BAD_ARCHIVE, NO_FILE */
  readonly keyring: () => Promise<Keyring>;
  /** Whether mirrors may be without it: updates, where nobody insisted. */
  readonly optional: boolean;
}

/** Exactly one of the three. */
export interface RepositoryPlace {
  /** Base addresses, best first. */
  readonly baseurl?: readonly string[];
  readonly metalink?: string;
  readonly mirrorlist?: string;
}

export interface PlanSeams {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly host: HostFiles;
  /** A file with keys, as the recipe names it. @throws NO_FILE */
  readonly readKeyFile: (name: string) => Promise<Uint8Array>;
  /** A `.repo` file, as the recipe names it. @throws NO_FILE */
  readonly readRepoFile: (name: string) => Promise<Uint8Array>;
}

/** The repositories of a request, in the order in which they count. */
export interface RequestPlan {
  readonly repositories: readonly RepositoryPlan[];
  readonly notes: readonly string[];
}

const mirrorVariable = "TARE_FEDORA_MIRROR";

/** @throws MIRROR_UNKNOWN, BAD_URL, BAD_REPOSITORY, BAD_REPO_FILE, NO_FILE, BAD_ARCHIVE */
export async function planRepositories(request: FedoraRequest, seams: PlanSeams): Promise<RequestPlan> {
  const repositories: RepositoryPlan[] = [];
  const notes: string[] = [];
  if (request.release !== undefined) {
    const archive = await archivePlans(request, request.release, seams);
    repositories.push(...archive.repositories);
    notes.push(...archive.notes);
  }
  for (const file of request.repoFiles)
    for (const section of await enabledSections(file, seams))
      repositories.push(sectionPlan(request, `fedora/${section.id}`, section, false, seams));
  for (const own of request.repositories) repositories.push(ownPlan(request, own, seams));
  const names = repositories.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new TareError({ code: "BAD_REPOSITORY", id: twice, why: "two repositories have this name" });
  return { repositories, notes };
}

/** At least one: a file that brings nothing is not the one that was meant. @throws BAD_REPO_FILE, NO_FILE */
async function enabledSections(file: string, { readRepoFile }: PlanSeams): Promise<RepoSection[]> {
  const sections = parseRepoFile(Buffer.from(await readRepoFile(file)).toString());
  const enabled = sections.filter((one) => one.enabled);
  if (enabled.length > 0) return enabled;
  const why =
    sections.length > 0
      ? "none of its sections is enabled (enabled=1)"
      : "it has no section ([name] on a line, and lines as baseurl=… below it)";
  throw new TareError({ code: "BAD_REPO_FILE", file, why });
}

/** Fedora's own: the recipe's mirror, else the environment's, else what the host's dnf is set up to use. */
async function archivePlans(request: FedoraRequest, release: string, seams: PlanSeams): Promise<RequestPlan> {
  const wanted = [
    { id: "fedora", optional: false },
    ...(request.updates === false || release === "rawhide"
      ? []
      : [{ id: "updates", optional: request.updates !== true }]),
  ];
  const named = request.mirror ?? (seams.environment[mirrorVariable] ?? "").split(/\s+/).filter(Boolean);
  if (named.length > 0)
    return {
      repositories: wanted.map(({ id, optional }) => {
        const folder =
          id === "updates"
            ? `updates/${release}/Everything/$basearch`
            : `${release === "rawhide" ? "development" : "releases"}/${release}/Everything/$basearch/os`;
        const baseurl = named.map((mirror) => `${checked(mirror).replace(/\/+$/, "")}/${folder}`);
        return { ...plainPlan(request, `fedora/${release}/${id}`, seams), place: { baseurl }, optional };
      }),
      notes: [],
    };
  const sections = await hostSections(seams.host);
  const repositories: RepositoryPlan[] = [];
  const notes: string[] = [];
  for (const { id, optional } of wanted) {
    const section = sections.find((each) => each.id === id && each.enabled);
    if (section !== undefined)
      repositories.push(sectionPlan(request, `fedora/${release}/${id}`, section, optional, seams));
    else if (optional) notes.push(`No mirror of Fedora's ${id} is known, so its packages are left out.`);
    else
      throw new TareError({
        code: "MIRROR_UNKNOWN",
        what: `Fedora ${release}`,
        field: "mirror",
        variable: mirrorVariable,
      });
  }
  return { repositories, notes };
}

function plainPlan(request: FedoraRequest, name: string, seams: PlanSeams): Omit<RepositoryPlan, "place"> {
  return {
    name,
    priority: 99,
    excludes: [],
    includes: [],
    pins: request.keys,
    allowUnsigned: request.allowUnsigned,
    signedIndex: false,
    keyring: () => keyringOf(name, request, request.keyring, [], seams),
    optional: false,
  };
}

/** @throws BAD_URL */
function sectionPlan(
  request: FedoraRequest,
  name: string,
  section: RepoSection,
  optional: boolean,
  seams: PlanSeams,
): RepositoryPlan {
  const { gpgkey, priority, excludes, includes, repoGpgcheck = false } = section;
  return {
    ...plainPlan(request, name, seams),
    place: placeOf(name, section, variablesOf(request)),
    priority,
    excludes,
    includes,
    signedIndex: repoGpgcheck,
    keyring: () => keyringOf(name, request, request.keyring, gpgkey, seams),
    optional,
  };
}

/** @throws BAD_URL */
function ownPlan(request: FedoraRequest, own: OwnRepository, seams: PlanSeams): RepositoryPlan {
  const name = `fedora/${own.name}`;
  return {
    ...plainPlan(request, name, seams),
    place: placeOf(name, own, variablesOf(request)),
    priority: own.priority ?? 99,
    excludes: own.exclude,
    pins: own.keys ?? (own.keyring === undefined ? request.keys : []),
    allowUnsigned: own.allowUnsigned || request.allowUnsigned,
    signedIndex: own.signedIndex,
    keyring: () => keyringOf(name, request, own.keyring ?? request.keyring, [], seams),
  };
}

function variablesOf({ release }: FedoraRequest): Record<string, string> {
  return release === undefined ? {} : { releasever: release };
}

/** @throws BAD_URL, BAD_REPOSITORY */
function placeOf(
  id: string,
  { baseurl = [], metalink, mirrorlist }: Pick<OwnRepository, "baseurl" | "metalink" | "mirrorlist">,
  variables: Readonly<Record<string, string>>,
): RepositoryPlace {
  const expanded = (url: string) => checked(withVariables(url, variables));
  if (baseurl.length > 0) return { baseurl: baseurl.map((url) => expanded(url).replace(/\/+$/, "")) };
  if (metalink !== undefined) return { metalink: expanded(metalink) };
  if (mirrorlist !== undefined) return { mirrorlist: expanded(mirrorlist) };
  throw new TareError({ code: "BAD_REPOSITORY", id, why: "it has no baseurl, metalink or mirrorlist" });
}

function checked(url: string): string {
  parseUrl(url);
  return url;
}

/** The recipe's files, else those of the repository's own section, else the keys that the host has for the release. */
async function keyringOf(
  what: string,
  { release }: FedoraRequest,
  files: readonly string[],
  urls: readonly string[],
  seams: PlanSeams,
): Promise<Keyring> {
  if (files.length === 0) return hostKeys(what, urls, release, seams.host);
  return mergeKeyrings(
    await Promise.all(files.map(async (name) => parseKeyring(await seams.readKeyFile(name), name))),
  );
}
