import type { AnyBytes, Bytes } from "./bytes.ts";

/**
 * Passes a stream on while `watch` reads the same bytes; neither may change them. The source is asked for the next chunk
 * when both have asked, so that it may use a chunk's memory again. The end comes when both are done, and whichever
 * fails ends both. A watcher that stops early is not fed any more.
 */
export async function* alongside(source: AnyBytes, watch: (bytes: Bytes) => Promise<void>): Bytes {
  let asked = Promise.withResolvers<void>();
  let given = Promise.withResolvers<Uint8Array | undefined>();
  let left = false;
  const copy = async function* (): Bytes {
    while (true) {
      const { promise } = given;
      asked.resolve();
      const chunk = await promise;
      if (chunk === undefined) return;
      yield chunk;
    }
  };
  const watching = watch(copy());
  const leave = () => {
    left = true;
    asked.resolve();
  };
  // Its failure is thrown where it is awaited.
  watching.then(leave, leave);
  const ready = async () => {
    await asked.promise;
    if (left) await watching;
  };
  try {
    await ready();
    for await (const chunk of source) {
      const turn = given;
      if (!left) {
        asked = Promise.withResolvers();
        given = Promise.withResolvers();
      }
      turn.resolve(chunk);
      yield chunk;
      await ready();
    }
    given.resolve(undefined);
    await watching;
  } finally {
    given.promise.catch(() => undefined);
    given.reject(new Error("the other reader stopped early"));
  }
}
