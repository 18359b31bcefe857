import { once } from "node:events";
import { PassThrough } from "node:stream";
import type { AnyBytes, Bytes } from "./bytes.ts";

/**
 * Passes a stream on while `watch` reads the same bytes, a few chunks behind; neither may change them. The end comes
 * when both are done, and whichever fails ends both. A watcher that stops early is not fed any more.
 */
export async function* alongside(source: AnyBytes, watch: (bytes: Bytes) => Promise<void>): Bytes {
  const copy = new PassThrough({ objectMode: true, highWaterMark: 2 });
  const watching = watch(copy).finally(() => copy.destroy());
  // Its failure is thrown where it is awaited.
  watching.catch(() => undefined);
  try {
    for await (const chunk of source) {
      if (!copy.destroyed && !copy.write(chunk)) await Promise.race([once(copy, "drain"), watching]);
      if (copy.destroyed) await watching;
      yield chunk;
    }
    if (!copy.destroyed) copy.end();
    await watching;
  } finally {
    copy.destroy();
  }
}
