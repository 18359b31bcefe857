import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TareError } from "../../errors.ts";
import type { AnyBytes, Bytes } from "../bytes.ts";

/**
 * Runs bytes through a Node transform. An error of the source keeps its own sentence; an error of the transform
 * says that `where` is not sound. Stopping early ends both.
 */
export async function* through(
  source: AnyBytes,
  transform: NodeJS.ReadWriteStream,
  format: string,
  where: string,
): Bytes {
  const input = Readable.from(source, { objectMode: true });
  const done = pipeline(input, transform);
  let failure: unknown;
  done.catch((cause) => {
    failure = cause;
  });
  try {
    yield* transform as unknown as Bytes;
    await done;
  } catch (cause) {
    const first = failure ?? cause;
    if (first instanceof TareError || isAbort(first)) throw first;
    throw new TareError(
      { code: "BAD_ARCHIVE", format: `${format} stream`, where, why: reasonOf(first) },
      { cause: first },
    );
  } finally {
    input.destroy();
  }
}

function isAbort(cause: unknown): boolean {
  return cause instanceof Error && cause.name === "AbortError";
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message.replace(/\.$/, "") : "it does not unpack";
}
