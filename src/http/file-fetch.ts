import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { TareError } from "../errors.ts";
import type { Fetch } from "../model/seams.ts";

/**
 * Mirrors on disk: `file:` addresses answered as a web server would, with 404 for what is not a regular file and
 * with ranges (`bytes=N-`). @throws HTTP_FAILED when a file is there but cannot be read
 */
export function fileFetch(): Fetch {
  return async (request) => {
    request.signal.throwIfAborted();
    const path = pathOf(request.url);
    // Not blocking: a FIFO without a writer would hold a thread for ever.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
      if (["ENOENT", "ENOTDIR", "EISDIR", "ELOOP", "ENAMETOOLONG"].includes(error.code ?? ""))
        return undefined;
      throw new TareError(
        { code: "HTTP_FAILED", where: request.url, why: `it cannot be read (${error.code})`, again: false },
        { cause: error },
      );
    });
    const facts = await file?.stat();
    if (!file || !facts?.isFile()) {
      await file?.close();
      return new Response(null, { status: 404 });
    }
    const start = Number(/^bytes=(\d{1,15})-$/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
    if (start > 0 && start >= facts.size) {
      await file.close();
      return new Response(null, { status: 416, headers: { "content-range": `bytes */${facts.size}` } });
    }
    const headers = new Headers({ "content-length": String(facts.size - start) });
    if (start > 0) headers.set("content-range", `bytes ${start}-${facts.size - 1}/${facts.size}`);
    // Stops at the size that was announced, even when the file grows meanwhile.
    const stream = file.createReadStream({
      start,
      end: Math.max(start, facts.size - 1),
      highWaterMark: 262_144,
    });
    const iterator = stream[Symbol.asyncIterator]();
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          request.signal.throwIfAborted();
          const next = await iterator.next();
          if (next.done) controller.close();
          else controller.enqueue(next.value);
        },
        cancel: () => void stream.destroy(),
      },
      { highWaterMark: 0 },
    );
    return new Response(body, { status: start > 0 ? 206 : 200, headers });
  };
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new TareError(
      { code: "BAD_URL", text: url, why: "it is not the address of a local file" },
      { cause },
    );
  }
}
