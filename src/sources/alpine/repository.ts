import { digestOf } from "../../bytes/digest.ts";
import { apkIndexText, indexLimits, readApkIndexFile } from "../../formats/apk/index-file.ts";
import { type IndexRecord, parseApkIndex } from "../../formats/apk/index-record.ts";
import { fetchDocument } from "../../http/document.ts";
import type { DownloadSeams } from "../../http/download.ts";
import { urlBelow } from "../../http/url.ts";
import type { LockedRepository } from "../../model/package.ts";
import { type ApkKeyring, verifyApk } from "../../trust/apk-rsa.ts";
import { fromFirstMirror } from "../from-first-mirror.ts";
import { lockDate } from "../lock-date.ts";
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
  const id = repositoryId(plan, architecture);
  seams.progress?.({ kind: "step", text: `Index of ${id}` });
  const keyring = plan.allowUnsigned ? undefined : await plan.keyring();
  const read = (mirror: string) => readIndex(mirror, id, architecture, plan, keyring, seams);
  const { found, mirrors } = await fromFirstMirror(id, plan.mirrors, read, seams.signal);
  return { plan, ...found, mirrors };
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
  const date = lockDate(mtime);
  return { locked: { id, index, ...(date !== undefined && { date }), keys }, records };
}
