import { posix } from "node:path";
import type { World } from "../build/world.ts";
import { limited } from "../bytes/bytes.ts";
import { isDigest } from "../bytes/digest.ts";
import type { Refuse } from "../formats/dockerfile/refuse.ts";
import { download } from "../http/download.ts";
import { Transfer } from "../http/transfer.ts";
import { parseUrl, shownUrl } from "../http/url.ts";
import type { StoredContent } from "../model/seams.ts";

/** Bytes of a file that nothing is known of beforehand. */
const sizeLimit = 16 * 2 ** 30;

/** A file of the web, kept in the store. */
export interface FetchedUrl {
  readonly content: StoredContent;
  /** What the address calls it; undefined when it ends in a folder. */
  readonly name: string | undefined;
}

/**
 * What ADD takes from the web. With a checksum it is fetched only when the store does not have it; without, each time,
 * and it is whatever the server says.
 * @throws BAD_DOCKERFILE for a checksum that is none, and what downloads throw
 */
export async function fetchUrl(
  url: string,
  checksum: string | undefined,
  world: World,
  refuse: Refuse,
): Promise<FetchedUrl> {
  const base = decodeURIComponentOr(posix.basename(parseUrl(url).pathname));
  const usable = base !== "" && base !== "." && base !== ".." && !/[/\0]/.test(base);
  const name = usable ? base : undefined;
  const { store, fetch, now, signal, progress } = world;
  const seams = { fetch, now, signal };
  const what = shownUrl(url);
  if (checksum === undefined) {
    const transfer = new Transfer([url], undefined, false, seams);
    return { content: await store.add(limited(transfer.bytes(what), sizeLimit, what), what, signal), name };
  }
  if (!isDigest(checksum))
    return refuse(
      `--checksum must be sha256: or sha512: with as many hex digits as it has, not ${JSON.stringify(checksum.slice(0, 80))}`,
    );
  const item = { name: what, urls: [url], want: { digest: checksum } };
  return { content: await download(item, { ...seams, store, progress }), name };
}

/** A % that begins no escape stays one. */
function decodeURIComponentOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
