import type { Bytes } from "../../bytes/bytes.ts";
import type { Digest } from "../../bytes/digest.ts";
import { TareError } from "../../errors.ts";
import { isPackageName } from "../../formats/apk/package-name.ts";
import type { DownloadSeams } from "../../http/download.ts";
import { Transfer } from "../../http/transfer.ts";
import { shownUrl, urlBelow } from "../../http/url.ts";
import type { Package } from "../../model/package.ts";
import type { OpenedRepository } from "./repository.ts";
import type { Chosen } from "./select.ts";
import { isStillServed } from "./still-served.ts";
import { verifyPackage } from "./verify-package.ts";

/**
 * A chosen package as the lock has it. An index knows packages by the SHA-1 of their control part alone, so the file is
 * fetched, checked against that, and known by its SHA-256 from then on. A file that was checked once and is served still
 * ({@link isStillServed}) is not fetched again; where the lock has it already and the index is the very one that it was
 * checked against, nobody is asked.
 * @param repository whose index it is of @param kept what the last lock has for this version
 * @throws DOWNLOAD_FAILED; DIGEST_MISMATCH, BAD_ARCHIVE, TRUNCATED, TOO_LARGE: what was wrong with the first mirror's file
 */
export async function lockPackage(
  { candidate: { record }, because, installIf }: Chosen,
  { locked: { id: repository, index }, mirrors }: Pick<OpenedRepository, "locked" | "mirrors">,
  architecture: string,
  kept: Digest | undefined,
  seams: DownloadSeams,
): Promise<Package> {
  const { name, version, identity, size, origin } = record;
  const own = record.architecture === "" ? architecture : record.architecture;
  const location = `${own}/${name}-${version}.apk`;
  const locked = (digest: Digest): Package => ({
    name,
    version,
    architecture: own,
    size,
    location,
    repository,
    because,
    ...(installIf && { installIf }),
    digest,
    source: isPackageName(origin) ? origin : name,
  });
  const { store } = seams;
  const recall = async (room: string, key: string) =>
    (await store.recall(room, key))?.toString() as Digest | undefined;
  const file = `${identity} ${size} ${name} ${version}`;
  const fileOfIndex = `${index} ${file}`;
  if (kept !== undefined && (await recall("apk-files-of-index", fileOfIndex)) === kept) return locked(kept);
  const urls = mirrors.map((mirror) => urlBelow(mirror, location));
  const before = await recall("apk-files", file);
  const same = before !== undefined && (await isStillServed(before, urls[0] as string, seams));
  const digest = same ? before : await fetchPackage(record, urls, seams);
  for (const [room, key] of [
    ["apk-files", file],
    ["apk-files-of-index", fileOfIndex],
  ] as const)
    await store.remember(room, key, Buffer.from(digest));
  return locked(digest);
}

async function fetchPackage(
  record: Chosen["candidate"]["record"],
  urls: readonly string[],
  seams: DownloadSeams,
): Promise<Digest> {
  const { store, signal, progress } = seams;
  const { size } = record;
  const what = `${record.name} ${record.version}`;
  const tried: { where: string; why: string; absent?: true }[] = [];
  let refusal: TareError | undefined;
  for (const url of urls) {
    progress?.({ kind: "transfer", name: what, done: 0, total: size });
    const transfer = new Transfer([url], size, true, seams);
    try {
      const content = await store.add(exactly(transfer.bytes(what), size, what), what, signal);
      await verifyPackage(content.open(signal), content.size, what, record);
      progress?.({ kind: "transfer", name: what, done: size, total: size });
      return content.digest;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof TareError)) throw error;
      if (error.problem.code === "DOWNLOAD_FAILED") tried.push(...error.problem.tried);
      else if (aboutBytes.has(error.code)) {
        refusal ??= error;
        tried.push({ where: shownUrl(url), why: "its bytes are not the expected ones" });
      } else throw error;
    }
  }
  if (refusal !== undefined) throw refusal;
  throw new TareError({ code: "DOWNLOAD_FAILED", what, tried });
}

/** @throws TOO_LARGE, TRUNCATED where there are not as many bytes as the index says */
async function* exactly(source: Bytes, size: number, what: string): Bytes {
  let got = 0;
  for await (const chunk of source) {
    got += chunk.byteLength;
    if (got > size) throw new TareError({ code: "TOO_LARGE", what, limit: size, promised: true });
    yield chunk;
  }
  if (got < size) throw new TareError({ code: "TRUNCATED", what, want: size, got });
}

/** What may be wrong with one mirror's file and right with the next. */
const aboutBytes: ReadonlySet<string> = new Set(["BAD_ARCHIVE", "DIGEST_MISMATCH", "TOO_LARGE", "TRUNCATED"]);
