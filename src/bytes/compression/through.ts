import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TareError } from "../../errors.ts";
import type { AnyBytes, Bytes } from "../bytes.ts";
import { watch } from "./watch.ts";

/**
 * Runs bytes through a Node transform. An error of the source stays what it is; an error of the transform says that
 * `where` is not sound. Stopping early ends both.
 * @throws BAD_ARCHIVE
 */
export async function* through(
  source: AnyBytes,
  transform: NodeJS.ReadWriteStream,
  format: string,
  where: string,
): Bytes {
  const watched = watch(source);
  const input = Readable.from(watched.bytes, { objectMode: true });
  const done = pipeline(input, transform);
  let failure: unknown;
  done.catch((cause) => {
    failure = cause;
  });
  try {
    yield* transform as unknown as Bytes;
    await done;
  } catch (cause) {
    const broken = watched.failure();
    if (broken !== undefined) throw broken.cause;
    throw unsound(format, where, reasonOf(failure ?? cause), failure ?? cause);
  } finally {
    input.destroy();
  }
}

export function unsound(format: string, where: string, why: string, cause?: unknown): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: `${format} stream`, where, why }, { cause });
}

/** Whatever the extra bytes are: how much of them a decoder looks at depends on how its input was cut. */
export const somethingFollows = "something follows its end";

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "it does not unpack";
  // All that Node says of a decoder which stopped reading before its input did.
  if ("code" in cause && cause.code === "ERR_STREAM_PREMATURE_CLOSE") return somethingFollows;
  return cause.message.replace(/\.$/, "");
}
