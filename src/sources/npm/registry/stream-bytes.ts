import { PassThrough } from "node:stream";
import type { Bytes } from "../../../bytes/bytes.ts";

/**
 * The bytes of a stream of npm's libraries. Their own iterators take an error that comes while nobody reads for the
 * end; a stream of Node's does not. Listens from the call on, so that no error is nobody's.
 */
export function bytesOf(stream: NodeJS.ReadableStream): Bytes {
  const through = new PassThrough();
  through.on("error", () => undefined);
  stream.on("error", (cause) => through.destroy(cause));
  stream.pipe(through);
  return through;
}
