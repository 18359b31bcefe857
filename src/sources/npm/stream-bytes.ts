import type { Bytes } from "../../bytes/bytes.ts";

/**
 * The bytes of a stream of npm's libraries. Their iterator takes an error that comes while nobody reads for the end:
 * this one remembers it. Listens from the call on, so that no error is nobody's.
 */
export function bytesOf(stream: NodeJS.EventEmitter & AsyncIterable<unknown>): Bytes {
  let failure: { readonly cause: unknown } | undefined;
  stream.on("error", (cause) => {
    failure ??= { cause };
  });
  return (async function* () {
    for await (const chunk of stream) yield chunk as Uint8Array;
    if (failure !== undefined) throw failure.cause;
  })();
}
