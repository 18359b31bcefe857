import type { AnyBytes } from "../bytes/bytes.ts";
import { TareError } from "../errors.ts";
import type { Entry } from "../model/entry.ts";
import { otherFormat, otherFormatHead } from "./other-format.ts";
import { readTar, type TarListeners, type Trailing } from "./tar/decode.ts";
import { blockSize, decodeBlock } from "./tar/header.ts";

/**
 * The entries of what somebody says is a tar, as {@link readTar} gives them; what is none is told what it looks like.
 * @throws BAD_ARCHIVE, TRUNCATED; `where` names it in the sentence
 */
export async function* readAsTar(
  source: AnyBytes,
  where: string,
  listeners: TarListeners = {},
): AsyncGenerator<Entry> {
  let head = Buffer.alloc(0);
  let entries = 0;
  let goesOn = false;
  const begun = async function* () {
    for await (const chunk of source) {
      // A copy: chunks are only lent.
      if (head.byteLength < otherFormatHead)
        head = Buffer.concat([head, chunk.subarray(0, otherFormatHead - head.byteLength)]);
      yield chunk;
    }
  };
  const onTrailing = (found: Trailing) => {
    goesOn = true;
    listeners.onTrailing?.(found);
  };
  try {
    for await (const entry of readTar(begun(), where, { ...listeners, onTrailing })) {
      entries += 1;
      yield entry;
    }
  } catch (cause) {
    throw (entries === 0 && noTar(head, where, cause)) || cause;
  }
  // A file system begins with zeros, which are the end of a tar.
  if (entries === 0 && (head.byteLength === 0 || goesOn)) throw noTar(head, where);
}

/** Says what it is instead; undefined when it does begin as a tar, or what it was unpacked from is what broke. */
function noTar(head: Uint8Array, where: string, cause?: unknown): TareError | undefined {
  if (cause !== undefined && !(isOfTar(cause) && !beginsAsTar(head, where))) return undefined;
  const other = otherFormat(head);
  const why =
    head.byteLength === 0
      ? "it is empty"
      : other !== undefined
        ? `it looks like ${other.what}; ${other.todo}`
        : head.byteLength < blockSize
          ? `it has ${head.byteLength} bytes only, and a tar has at least ${blockSize}`
          : "it does not begin as one, nor as one compressed with gzip, zstd, xz or bzip2";
  return new TareError(
    { code: "BAD_ARCHIVE", format: "tar", where, why },
    ...(cause === undefined ? [] : [{ cause }]),
  );
}

function isOfTar(cause: unknown): boolean {
  if (!(cause instanceof TareError)) return false;
  const { problem } = cause;
  return problem.code === "TRUNCATED" || (problem.code === "BAD_ARCHIVE" && problem.format === "tar");
}

function beginsAsTar(head: Uint8Array, where: string): boolean {
  try {
    return head.byteLength >= blockSize && decodeBlock(head.subarray(0, blockSize), where) !== undefined;
  } catch {
    return false;
  }
}
