import { TareError } from "../../errors.ts";
import { parseUrl } from "../../http/url.ts";
import type { HostFiles } from "../../model/host-files.ts";
import { type ApkKeyring, parseApkKey } from "../../trust/apk-rsa.ts";
import { hostKeys, hostMirrors } from "./host.ts";
import type { AlpineRequest, OwnRepository } from "./request.ts";

/** One repository of a request: where it is, and who vouches for it. */
export interface RepositoryPlan {
  /** Without a host name: `alpine/v3.20/main`, `alpine/own-1`. */
  readonly name: string;
  /** Base addresses, best first: what is above `x86_64/APKINDEX.tar.gz`. */
  readonly mirrors: readonly string[];
  /** Its packages are taken only where they are asked for with this tag. */
  readonly tag: string | undefined;
  /** Fingerprints of which one must have signed; empty: any key of the keyring. */
  readonly pins: readonly string[];
  readonly allowUnsigned: boolean;
  /** Read only when a signature is to be checked. @throws KEYRING_MISSING, BAD_ARCHIVE, NO_FILE */
  readonly keyring: () => Promise<ApkKeyring>;
}

/** A file with a public key; signatures name its key by its own name. */
export interface KeyFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface PlanSeams {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly host: HostFiles;
  /** A key as the recipe names it, or all (`*.rsa.pub`) of the folder that it names. @throws NO_FILE */
  readonly readKeyFiles: (name: string) => Promise<readonly KeyFile[]>;
}

const mirrorVariable = "TARE_ALPINE_MIRROR";

/**
 * The repositories of a request, in the order in which they count: the archive's, then the request's own.
 * @throws MIRROR_UNKNOWN, BAD_URL
 */
export async function planRepositories(
  request: AlpineRequest,
  seams: PlanSeams,
): Promise<readonly RepositoryPlan[]> {
  const archive = request.release === undefined ? [] : await archivePlans(request, request.release, seams);
  return [...archive, ...request.repositories.map((own, at) => ownPlan(request, own, at + 1, seams))];
}

/** Alpine's own: the recipe's mirror, else the environment's, else what the host's apk is set up to use. */
async function archivePlans(
  request: AlpineRequest,
  release: string,
  seams: PlanSeams,
): Promise<RepositoryPlan[]> {
  const named = request.mirror ?? (seams.environment[mirrorVariable] ?? "").split(/\s+/).filter(Boolean);
  const mirrors = named.length > 0 ? named : await hostMirrors(release, seams.host);
  if (mirrors.length === 0)
    throw new TareError({
      code: "MIRROR_UNKNOWN",
      what: `Alpine ${release}`,
      field: "mirror",
      variable: mirrorVariable,
    });
  return request.components.map((component) => {
    const name = `alpine/${release}/${component}`;
    return {
      name,
      mirrors: mirrors.map((mirror) => `${checked(mirror)}/${release}/${component}`),
      tag: undefined,
      pins: request.keys,
      allowUnsigned: request.allowUnsigned,
      keyring: () => keyringOf(name, request.keyring, seams),
    };
  });
}

function ownPlan(
  request: AlpineRequest,
  own: OwnRepository,
  number: number,
  seams: PlanSeams,
): RepositoryPlan {
  const name = `alpine/own-${number}`;
  return {
    name,
    mirrors: own.url.map(checked),
    tag: own.tag,
    pins: own.keys ?? (own.keyring === undefined ? request.keys : []),
    allowUnsigned: own.allowUnsigned || request.allowUnsigned,
    keyring: () => keyringOf(name, own.keyring ?? request.keyring, seams),
  };
}

/** @throws BAD_URL */
function checked(url: string): string {
  parseUrl(url);
  return url.replace(/\/+$/, "");
}

async function keyringOf(
  what: string,
  names: readonly string[] | undefined,
  seams: PlanSeams,
): Promise<ApkKeyring> {
  if (names === undefined || names.length === 0) return hostKeys(what, seams.host);
  const files = (await Promise.all(names.map((name) => seams.readKeyFiles(name)))).flat();
  if (files.length === 0) throw new TareError({ code: "KEYRING_MISSING", what, looked: names });
  return { where: names, keys: files.map(({ name, bytes }) => parseApkKey(bytes, name, name)) };
}
