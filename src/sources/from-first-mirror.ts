import { TareError } from "../errors.ts";
import { shownUrl } from "../http/url.ts";

/** What may be wrong with one mirror and right with the next. */
const passingOver: ReadonlySet<string> = new Set([
  "BAD_ARCHIVE",
  "DIGEST_MISMATCH",
  "KEY_NOT_PINNED",
  "SIGNATURE_MISSING",
  "SIGNATURE_REFUSED",
  "TOO_LARGE",
]);

/**
 * Reads a repository's index from the first mirror whose file passes.
 * @param id of the repository, for the sentences
 * @param mirrors base addresses, best first
 * @param read what one mirror has; undefined when it does not have the repository
 * @returns what was read, and the mirrors with that one first
 * @throws REPOSITORY_MISSING, DOWNLOAD_FAILED; what was wrong with the first mirror's file
 */
export async function fromFirstMirror<Found>(
  id: string,
  mirrors: readonly string[],
  read: (mirror: string) => Promise<Found | undefined>,
  signal?: AbortSignal,
): Promise<{ readonly found: Found; readonly mirrors: readonly string[] }> {
  const tried: { where: string; why: string }[] = [];
  let refusal: TareError | undefined;
  let absent = 0;
  for (const mirror of mirrors) {
    try {
      const found = await read(mirror);
      if (found !== undefined)
        return { found, mirrors: [mirror, ...mirrors.filter((one) => one !== mirror)] };
      absent += 1;
      tried.push({ where: shownUrl(mirror), why: "it does not have the repository" });
    } catch (error) {
      signal?.throwIfAborted();
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
