import { TareError } from "../../errors.ts";
import type { HostFiles } from "../../model/host-files.ts";
import { type Keyring, parseKeyring } from "../../trust/keyring.ts";
import { hostKeyring } from "./host-keyring.ts";
import { chooseMirror, type MirrorChoice } from "./mirrors.ts";
import type { DebianRequest, OwnRepository } from "./request.ts";

/** One repository of a request: where it is, who vouches for it, and whether it may be missing. */
export interface RepositoryPlan {
  /** Without a host name: `debian/bookworm-security`, `own-1/stable`. */
  readonly id: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Base addresses, best first. */
  readonly mirrors: readonly string[];
  readonly origin: string | undefined;
  readonly checkValidUntil: boolean;
  readonly pins: readonly string[];
  readonly allowUnsigned: boolean;
  /** Read only when a signature is to be checked. @throws KEYRING_MISSING, BAD_ARCHIVE */
  readonly keyring: () => Promise<Keyring>;
  /** Whether the mirror may be without the suite: updates and security, where nobody insisted. */
  readonly optional: boolean;
}

export interface PlanSeams {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly host: HostFiles;
  /** A key file as the recipe names it. @throws NO_FILE */
  readonly readKeyFile: (name: string) => Promise<Uint8Array>;
}

/** The repositories of a request, and words on those that were left out since no mirror of them is known. */
export interface RequestPlan {
  readonly repositories: readonly RepositoryPlan[];
  readonly notes: readonly string[];
}

/** @throws MIRROR_UNKNOWN, BAD_URL, BAD_ARCHIVE (the host's own sources) */
export async function planRepositories(
  request: DebianRequest,
  architectures: readonly string[],
  seams: PlanSeams,
): Promise<RequestPlan> {
  const notes: string[] = [];
  const repositories: RepositoryPlan[] = [];
  for (const { suite, optional } of suitesOf(request)) {
    try {
      repositories.push(await archivePlan(request, suite, optional, architectures, seams));
    } catch (cause) {
      if (!optional || !(cause instanceof TareError) || cause.code !== "MIRROR_UNKNOWN") throw cause;
      notes.push(`No mirror of ${suite} is known, so its packages are left out: ${cause.message}`);
    }
  }
  for (const [index, own] of request.repositories.entries())
    for (const suite of own.suite) repositories.push(ownPlan(request, own, `own-${index + 1}`, suite, seams));
  return { repositories, notes };
}

function suitesOf({ suite, updates, security }: DebianRequest): { suite: string; optional: boolean }[] {
  const suites = suite.map((name) => ({ suite: name, optional: false }));
  const [only] = suite;
  if (only === undefined || suite.length > 1) return suites;
  const plain = !/-(?:updates|security|backports)$|^(?:sid|unstable|experimental)$/.test(only);
  const along = (name: string, wish: boolean | undefined) => {
    if (wish ?? plain) suites.push({ suite: name, optional: wish !== true });
  };
  along(`${only}-updates`, updates);
  along(`${only}-security`, security);
  return suites;
}

async function archivePlan(
  request: DebianRequest,
  suite: string,
  optional: boolean,
  architectures: readonly string[],
  seams: PlanSeams,
): Promise<RepositoryPlan> {
  const { from: distribution, components, snapshot } = request;
  const id = `${distribution}/${suite}`;
  const separate = distribution === "debian" && snapshot === undefined && suite.endsWith("-security");
  const mirrors = (separate ? request.securityMirror : request.mirror) ?? [];
  const question = { distribution, suite, components, architectures, mirrors, ...(snapshot && { snapshot }) };
  const choice: MirrorChoice = await chooseMirror(question, seams.environment, seams.host);
  return {
    id,
    suite,
    components,
    mirrors: choice.mirrors,
    origin: choice.origin,
    checkValidUntil: choice.checkValidUntil,
    pins: request.keys,
    allowUnsigned: request.allowUnsigned,
    keyring: () =>
      request.keyring === undefined
        ? hostKeyring(id, distribution, choice.signedBy, seams.host)
        : keyFile(request.keyring, seams),
    optional,
  };
}

function ownPlan(
  request: DebianRequest,
  own: OwnRepository,
  name: string,
  suite: string,
  seams: PlanSeams,
): RepositoryPlan {
  const id = `${name}/${suite}`;
  const file = own.signedBy ?? request.keyring;
  return {
    id,
    suite,
    components: own.components,
    mirrors: own.uri,
    origin: undefined,
    checkValidUntil: true,
    pins: own.keys ?? (own.signedBy === undefined ? request.keys : []),
    allowUnsigned: own.allowUnsigned || request.allowUnsigned,
    keyring: async () => {
      if (file === undefined) throw new TareError({ code: "KEYRING_MISSING", what: id, looked: [] });
      return keyFile(file, seams);
    },
    optional: false,
  };
}

async function keyFile(name: string, seams: PlanSeams): Promise<Keyring> {
  return parseKeyring(await seams.readKeyFile(name), name);
}
