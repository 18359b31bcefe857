import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Bytes } from "../bytes/bytes.ts";
import { type Digest, verified } from "../bytes/digest.ts";
import { lentBytes } from "../bytes/lent-bytes.ts";
import { readFailure } from "../bytes/read-failure.ts";
import { TareError } from "../errors.ts";
import { download } from "../http/download.ts";
import { Transfer } from "../http/transfer.ts";
import { parseUrl, shownUrl } from "../http/url.ts";
import { isLocation } from "../images/location.ts";
import type { Fetch, Progress, Store } from "../model/seams.ts";
import type { Tarball } from "./tarball-layer.ts";

export interface FindTarballSeams {
  /** Where relative paths begin. */
  readonly folder: string;
  readonly stdin: () => Bytes;
  readonly store: Store;
  readonly fetch: Fetch;
  readonly now: () => Date;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** A folder, by its path. */
export interface FoundFolder {
  readonly folder: string;
}

/**
 * What `text` names: `-` is the standard input, then an http(s) address, a folder, or a file; a pipe is read as it
 * comes. With a `digest` the bytes are held to it. An address with one is fetched into the store, where it need not be
 * fetched again; without one, https alone vouches for it, and http is refused.
 * @throws UNREADABLE, BAD_URL, DOWNLOAD_FAILED, DIGEST_MISMATCH; the two last also while it is read
 */
export async function findTarball(
  text: string,
  digest: Digest | undefined,
  seams: FindTarballSeams,
): Promise<Tarball | FoundFolder> {
  const checked = (source: Bytes, name: string) =>
    digest === undefined ? source : verified(source, { digest }, name);
  if (text === "-") {
    const name = "the standard input";
    return { name, lasting: false, open: () => checked(seams.stdin(), name) };
  }
  if (/^https?:/i.test(text)) return webTarball(text, digest, seams);
  const path = resolve(seams.folder, text);
  const found = await stat(path).catch((cause) => {
    throw cause.code === "ENOENT" ? misplaced(text, cause) : readFailure(cause, text);
  });
  if (found.isDirectory()) {
    if (digest === undefined) return { folder: path };
    throw readFailure({ code: "EISDIR" }, text);
  }
  const open = (signal?: AbortSignal) => checked(readWhole(path, text, signal), text);
  if (!found.isFile()) return { name: text, lasting: false, open };
  const part = { file: path };
  const lend = (signal?: AbortSignal) => checked(lentBytes(part, text, signal), text);
  return { name: text, lasting: true, open, lent: { part, lend } };
}

/** Nothing is there under that path: perhaps it was not meant for one. */
function misplaced(text: string, cause: unknown): TareError {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    const why = "tare fetches from https: and http: alone; download it, and give the file";
    return new TareError({ code: "BAD_URL", text: shownUrl(text), why }, { cause });
  }
  if (!isLocation(text)) return readFailure(cause, text) as TareError;
  const todo = `it names an image, not a tarball; \`tare copy\` brings an image elsewhere, and \`tare import\` takes the path of a file or folder alone`;
  return new TareError({ code: "NO_FILE", file: text, todo }, { cause });
}

async function webTarball(
  text: string,
  digest: Digest | undefined,
  seams: FindTarballSeams,
): Promise<Tarball> {
  const url = parseUrl(text);
  const name = shownUrl(text);
  if (digest !== undefined) {
    const { file, ...content } = await download({ name, urls: [text], want: { digest } }, seams);
    // Also what the store had already: its digest is computed from these bytes.
    return { name, lasting: true, open: (signal) => verified(content.open(signal), { digest }, name), file };
  }
  if (url.protocol !== "https:")
    throw new TareError({
      code: "BAD_URL",
      text: name,
      why: "nothing vouches for what http brings; give its --sha256",
    });
  // Parts of two answers might be of two versions: what breaks off is not resumed.
  const open = () => new Transfer([text], undefined, false, seams).bytes(name);
  return { name, lasting: false, open };
}

async function* readWhole(path: string, shown: string, signal?: AbortSignal): Bytes {
  try {
    yield* createReadStream(path, { highWaterMark: 1 << 20, ...(signal && { signal }) });
  } catch (cause) {
    signal?.throwIfAborted();
    throw readFailure(cause, shown);
  }
}
