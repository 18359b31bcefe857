import { digestOf } from "../../bytes/digest.ts";
import { TareError } from "../../errors.ts";
import { apkIndexText, indexLimits, readApkIndexFile } from "../../formats/apk/index-file.ts";
import { type IndexRecord, parseApkIndex } from "../../formats/apk/index-record.ts";
import { fetchDocument } from "../../http/document.ts";
import type { DownloadSeams } from "../../http/download.ts";
import { shownUrl, urlBelow } from "../../http/url.ts";
import type { LockedRepository } from "../../model/package.ts";
import { type ApkKeyring, verifyApk } from "../../trust/apk-rsa.ts";
import type { RepositoryPlan } from "./plan.ts";

/** A repository whose index was read and checked, for one machine. */
export interface OpenedRepository {
  readonly plan: RepositoryPlan;
  readonly locked: LockedRepository;
  readonly records: readonly IndexRecord[];
  /** Base addresses, the one that gave the index first. */
  readonly mirrors: readonly string[];
}

/** `LockedRepository.id` of a plan for one machine: each has an index of its own. */
export function repositoryId({ name }: RepositoryPlan, architecture: string): string {
  return `${name}/${architecture}`;
}

/** What may be wrong with one mirror and right with the next. */
const passingOver: ReadonlySet<string> = new Set([
  "BAD_ARCHIVE",
  "KEY_NOT_PINNED",
  "SIGNATURE_MISSING",
  "SIGNATURE_REFUSED",
  "TOO_LARGE",
]);

/**
 * Reads the index from the first mirror whose file passes: it is signed by a key that counts.
 * @throws REPOSITORY_MISSING, SIGNATURE_MISSING, SIGNATURE_REFUSED, KEY_NOT_PINNED, BAD_ARCHIVE, TOO_LARGE,
 *   DOWNLOAD_FAILED, KEYRING_MISSING: what was wrong with the first mirror's file
 */
export async function openRepository(
  plan: RepositoryPlan,
  architecture: string,
  seams: DownloadSeams,
): Promise<OpenedRepository> {
  const { mirrors } = plan;
  const id = repositoryId(plan, architecture);
  seams.progress?.({ kind: "step", text: `Index of ${id}` });
  const keyring = plan.allowUnsigned ? undefined : await plan.keyring();
  const tried: { where: string; why: string }[] = [];
  let refusal: TareError | undefined;
  let absent = 0;
  for (const mirror of mirrors) {
    try {
      const found = await readIndex(mirror, id, architecture, plan, keyring, seams);
      if (found !== undefined)
        return { plan, ...found, mirrors: [mirror, ...mirrors.filter((one) => one !== mirror)] };
      absent += 1;
      tried.push({ where: shownUrl(mirror), why: "it does not have the repository" });
    } catch (error) {
      seams.signal?.throwIfAborted();
      if (!(error instanceof TareError)) throw error;
      if (error.problem.code === "DOWNLOAD_FAILED") tried.push(...error.problem.tried);
      else if (passingOver.has(error.code)) refusal ??= error;
      else throw error;
    }
  }
  if (refusal) throw refusal;
  if (absent === mirrors.length)
    throw new TareError({ code: "REPOSITORY_MISSING", id, where: mirrors.map(shownUrl) });
  throw new TareError({ code: "DOWNLOAD_FAILED", what: `Index of ${id}`, tried });
}

async function readIndex(
  mirror: string,
  id: string,
  architecture: string,
  { pins }: RepositoryPlan,
  keyring: ApkKeyring | undefined,
  seams: DownloadSeams,
): Promise<Pick<OpenedRepository, "locked" | "records"> | undefined> {
  const what = `APKINDEX.tar.gz of ${id}`;
  const url = urlBelow(mirror, `${architecture}/APKINDEX.tar.gz`);
  const found = await fetchDocument([url], indexLimits.packed, what, seams);
  if (found === undefined) return undefined;
  const file = await readApkIndexFile(found.bytes, what);
  const keys = keyring === undefined ? [] : verifyApk(file.signed, file.signatures, { what, keyring, pins });
  const { text, mtime } = await apkIndexText(file, what);
  const records = parseApkIndex(text, what);
  const index = digestOf(found.bytes);
  await seams.store.put([found.bytes], { digest: index }, what, seams.signal);
  const date = dateText(mtime);
  return { locked: { id, index, ...(date !== undefined && { date }), keys }, records };
}

/** RFC 3339, to the second; undefined for what is no date. */
function dateText(seconds: number): string | undefined {
  if (seconds <= 0 || seconds > 253_402_300_799) return undefined;
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
