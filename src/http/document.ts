import { collect } from "../bytes/bytes.ts";
import { TareError } from "../errors.ts";
import { Transfer, type TransferSeams } from "./transfer.ts";

/** A small file that is checked by other means than a digest (a signature): read whole, never stored. */
export interface FetchedDocument {
  readonly bytes: Buffer;
  /** The address that gave it. */
  readonly url: string;
}

/**
 * Fetches one document of at most `limit` bytes from the first address that has it; undefined when every address
 * answered that there is none (404 or 410). @throws DOWNLOAD_FAILED, TOO_LARGE
 */
export async function fetchDocument(
  urls: readonly string[],
  limit: number,
  what: string,
  seams: TransferSeams,
): Promise<FetchedDocument | undefined> {
  for (let last = false; ; last = true) {
    const transfer = new Transfer(urls, undefined, false, seams);
    try {
      const bytes = await collect(transfer.bytes(what), limit, what);
      return { bytes, url: urls[transfer.firstFrom] as string };
    } catch (error) {
      if (!(error instanceof TareError) || error.code !== "DOWNLOAD_FAILED") throw error;
      if (urls.every((url) => [404, 410].includes(transfer.statuses.get(url) ?? 0))) return undefined;
      // Parts of two answers might be of two versions, so what broke off is not resumed but read once more.
      if (last || !transfer.begun) throw error;
    }
  }
}
