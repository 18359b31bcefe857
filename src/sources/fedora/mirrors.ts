import type { Digest } from "../../bytes/digest.ts";
import { TareError } from "../../errors.ts";
import { parseMetalink } from "../../formats/rpm-md/metalink.ts";
import { parseMirrorlist } from "../../formats/rpm-md/mirrorlist.ts";
import { withVariables } from "../../formats/rpm-md/repo-file.ts";
import { fetchDocument } from "../../http/document.ts";
import type { TransferSeams } from "../../http/transfer.ts";
import { shownUrl } from "../../http/url.ts";
import { baseArchitecture } from "./architectures.ts";
import type { RepositoryPlan } from "./plan.ts";

/** Where a repository is for one machine. */
export interface RepositoryMirrors {
  /** Base addresses, best first. */
  readonly mirrors: readonly string[];
  /** What repomd.xml may be, as a metalink says; undefined when none does. That vouches for nothing. */
  readonly digests: readonly Digest[] | undefined;
}

const limit = 4 * 1024 * 1024;
const index = "repodata/repomd.xml";

/** `LockedRepository.id` of a plan for one machine: repositories that differ between machines have its name at their end. */
export function repositoryId({ name, place }: RepositoryPlan, architecture: string): string {
  const addresses = [...(place.baseurl ?? []), place.metalink ?? "", place.mirrorlist ?? ""];
  const base = baseArchitecture(architecture);
  return addresses.some((address) => withVariables(address, variablesOf(architecture)) !== address)
    ? `${name}/${base}`
    : name;
}

/**
 * Base addresses of a repository: as they are named, or as a metalink or a mirrorlist tells.
 * @throws DOWNLOAD_FAILED, REPOSITORY_MISSING, BAD_ARCHIVE
 */
export async function mirrorsOf(
  plan: RepositoryPlan,
  architecture: string,
  seams: TransferSeams,
): Promise<RepositoryMirrors> {
  const { baseurl, metalink, mirrorlist } = plan.place;
  const expanded = (url: string) => withVariables(url, variablesOf(architecture));
  if (baseurl !== undefined) return { mirrors: baseurl.map(expanded), digests: undefined };
  const id = repositoryId(plan, architecture);
  const url = expanded((metalink ?? mirrorlist) as string);
  const what = `the ${metalink === undefined ? "mirrorlist" : "metalink"} of ${id}`;
  const found = await fetchDocument([url], limit, what, seams);
  if (found === undefined) throw new TareError({ code: "REPOSITORY_MISSING", id, where: [shownUrl(url)] });
  if (metalink === undefined)
    return { mirrors: parseMirrorlist(found.bytes.toString(), what).map(withoutSlash), digests: undefined };
  const { urls, digests } = await parseMetalink(found.bytes, what);
  const mirrors = urls
    .filter((one) => one.endsWith(`/${index}`))
    .map((one) => one.slice(0, -index.length - 1));
  if (mirrors.length === 0)
    throw new TareError({
      code: "BAD_ARCHIVE",
      format: "metalink",
      where: what,
      why: `no address in it ends in ${index}; the first is ${shownUrl(urls[0] as string).slice(0, 200)}`,
    });
  return { mirrors, digests: digests.length > 0 ? digests : undefined };
}

function variablesOf(architecture: string): Record<string, string> {
  return { basearch: baseArchitecture(architecture), arch: architecture };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
