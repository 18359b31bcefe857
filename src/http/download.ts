import type { Bytes } from "../bytes/bytes.ts";
import type { Expected } from "../bytes/digest.ts";
import { type Problem, TareError } from "../errors.ts";
import type { Progress, Store, StoredContent } from "../model/seams.ts";
import { type Failure, Transfer, type TransferSeams } from "./transfer.ts";
import { shownUrl } from "./url.ts";

/** One file whose digest is known beforehand. */
export interface DownloadItem {
  /** For sentences and progress: `libc6 2.36-9`. */
  readonly name: string;
  /** Where it may be had, best first. */
  readonly urls: readonly string[];
  readonly want: Expected;
}

export interface DownloadSeams extends TransferSeams {
  readonly store: Store;
  readonly progress?: Progress;
}

/** Bytes between two reports of progress. */
const step = 262_144;

/**
 * Brings a file into the store, checked while it is read; nothing is fetched when the store has it. Retried,
 * resumed, and asked of the next address as {@link Transfer} does. When the bytes turn out wrong, a file that was
 * put together from several answers is fetched once more in one piece; one that came in one piece is looked for at
 * the next address. So every address is asked for at most two whole files, and none is kept that is not right.
 * @throws DOWNLOAD_FAILED; DIGEST_MISMATCH, TRUNCATED or TOO_LARGE when every address had wrong bytes; what
 * `Store.put` throws; the signal's reason
 */
export async function download(item: DownloadItem, seams: DownloadSeams): Promise<StoredContent> {
  const { store, signal } = seams;
  const have = await store.find(item.want.digest);
  // One of another length was damaged where it lies: `put` replaces it.
  if (have && have.size === (item.want.size ?? have.size)) return have;
  const tried: Failure[] = [];
  let wrong: TareError | undefined;
  let onlyWrong = true;
  let from = 0;
  let resume = true;
  while (from < item.urls.length) {
    const transfer = new Transfer(item.urls.slice(from), item.want.size, resume, seams);
    try {
      return await store.put(
        reported(transfer.bytes(item.name), item, seams.progress),
        item.want,
        item.name,
        signal,
      );
    } catch (error) {
      signal?.throwIfAborted();
      tried.push(...transfer.failures);
      const first = from + transfer.firstFrom;
      if (isAboutBytes(error)) {
        const where = shownUrl(item.urls[first] as string);
        wrong = new TareError(
          { ...error.problem, what: item.name === where ? where : `${item.name} of ${where}` },
          { cause: error },
        );
        tried.push({ where, why: "its bytes are not the expected ones" });
        resume = !transfer.joined;
        from = transfer.joined ? first : first + 1;
      } else if (isFailed(error)) {
        onlyWrong &&= transfer.failures.length === 0;
        // Begun in one piece and broken off: the others may still have it.
        from = resume ? item.urls.length : first + 1;
        resume = true;
      } else throw error;
    }
  }
  if (wrong && onlyWrong) throw wrong;
  throw new TareError(
    { code: "DOWNLOAD_FAILED", what: item.name, tried },
    wrong === undefined ? {} : { cause: wrong },
  );
}

type AboutBytes = Extract<Problem, { code: "DIGEST_MISMATCH" | "TRUNCATED" | "TOO_LARGE" }>;

function isAboutBytes(error: unknown): error is TareError & { readonly problem: AboutBytes } {
  return error instanceof TareError && ["DIGEST_MISMATCH", "TRUNCATED", "TOO_LARGE"].includes(error.code);
}

function isFailed(error: unknown): boolean {
  return error instanceof TareError && error.code === "DOWNLOAD_FAILED";
}

async function* reported(source: Bytes, { name, want }: DownloadItem, progress: Progress | undefined): Bytes {
  const total = want.size;
  progress?.({ kind: "transfer", name, done: 0, total });
  let done = 0;
  let told = 0;
  for await (const chunk of source) {
    done += chunk.byteLength;
    if (done - told >= step) {
      told = done;
      progress?.({ kind: "transfer", name, done, total });
    }
    yield chunk;
  }
  if (told < done) progress?.({ kind: "transfer", name, done, total });
}
