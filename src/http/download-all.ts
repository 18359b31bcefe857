import type { StoredContent } from "../model/seams.ts";
import { type DownloadItem, type DownloadSeams, download } from "./download.ts";

/**
 * Several files at once, at most `concurrency` (default 8) at a time; the result has their order. The same digest is
 * fetched once. The first failure ends the rest, and is thrown when they have ended.
 */
export async function downloadAll(
  items: readonly DownloadItem[],
  seams: DownloadSeams,
  { concurrency = 8 }: { readonly concurrency?: number } = {},
): Promise<StoredContent[]> {
  const stop = new AbortController();
  const signal = seams.signal ? AbortSignal.any([seams.signal, stop.signal]) : stop.signal;
  const unique = new Map(items.map((item) => [item.want.digest as string, item]));
  const queue = unique.values();
  const done = new Map<string, StoredContent>();
  const worker = async () => {
    for (const item of queue) {
      signal.throwIfAborted();
      done.set(item.want.digest, await download(item, { ...seams, signal }));
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, unique.size) }, () =>
    worker().catch((error: unknown) => {
      // The reason stays the first one: a later abort changes nothing.
      stop.abort(error);
    }),
  );
  await Promise.all(workers);
  signal.throwIfAborted();
  return items.map((item) => done.get(item.want.digest) as StoredContent);
}
