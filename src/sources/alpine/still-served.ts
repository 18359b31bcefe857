import type { AnyBytes } from "../../bytes/bytes.ts";
import type { Digest } from "../../bytes/digest.ts";
import { TareError } from "../../errors.ts";
import type { DownloadSeams } from "../../http/download.ts";
import { requestFor } from "../../http/url.ts";

/** Bytes. Signatures of packages take less than one thousand. */
const beginning = 4096;
/** Milliseconds for them. */
const patience = 30_000;

/**
 * Whether a mirror serves the very file that the store has. The index vouches for all of it but the signature at its
 * beginning, which another key, or the same key once more, may have made anew: so the beginning is fetched and compared.
 * No where it cannot be had.
 */
export async function isStillServed(digest: Digest, url: string, seams: DownloadSeams): Promise<boolean> {
  const { store, fetch, now, signal } = seams;
  const have = await store.find(digest);
  if (have === undefined) return false;
  const until = now().getTime() + patience;
  try {
    const { body, status } = await fetch(requestFor(url, { range: `bytes=0-${beginning - 1}` }, signal));
    const theirs = await beginningOf(body ?? [], () => now().getTime() > until);
    return (status === 200 || status === 206) && theirs.equals(await beginningOf(have.open(signal)));
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof TareError) return false;
    throw error;
  }
}

/** A server that knows no ranges sends all of it, and is not listened to until the end. */
async function beginningOf(source: AnyBytes, isLate = () => false): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    chunks.push(Uint8Array.from(chunk));
    size += chunk.byteLength;
    // Just as much as was asked for is read to its end: the connection serves again then.
    if (size > beginning || isLate()) break;
  }
  return Buffer.concat(chunks).subarray(0, beginning);
}
