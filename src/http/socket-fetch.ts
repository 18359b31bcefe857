import type { ClientRequest, IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { TareError } from "../errors.ts";
import type { Fetch } from "../model/seams.ts";

/** Where a program on this machine or next to it listens: a unix socket, or a port. */
export type Endpoint = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/**
 * One program behind a `Fetch`, whatever host the requests name: no proxy, no redirects, no time limit, since it may
 * work for minutes before it says a word. Bodies of both directions are streams, and neither is gathered in memory. A
 * body that fails ends the request with its own error.
 * @throws HTTP_FAILED when no answer comes, its cause being the system's error; and whatever the signal is aborted with
 */
export function socketFetch(endpoint: Endpoint): Fetch {
  return async (request) => {
    const { request: ask } = await import("node:http");
    return new Promise((resolve, reject) => {
      const { pathname, search, host } = new URL(request.url);
      const sent = ask({
        ...endpoint,
        agent: false,
        method: request.method,
        path: pathname + search,
        headers: { ...Object.fromEntries(request.headers), host },
        signal: request.signal,
      });
      let bodyFailed = false;
      let refused = false;
      sent.once("response", (answer) => {
        refused = (answer.statusCode ?? 0) >= 400;
        resolve(responseOf(answer));
      });
      // What comes after the answer, its body says.
      sent.on("error", (cause) => reject(bodyFailed ? cause : failureOf(request, cause)));
      if (request.body === null) sent.end();
      else
        send(request.body, sent, () => refused).catch((cause) => {
          bodyFailed = true;
          sent.destroy(cause);
        });
    });
  };
}

/** Stops, and lets go of the body, when the other side has heard enough. */
async function send(
  body: AsyncIterable<Uint8Array>,
  sent: ClientRequest,
  refused: () => boolean,
): Promise<void> {
  const closed = new Promise((resolve) => sent.once("close", resolve));
  for await (const chunk of body) {
    if (sent.destroyed || refused()) return;
    if (sent.write(chunk)) continue;
    await Promise.race([new Promise((resolve) => sent.once("drain", resolve)), closed]);
  }
  sent.end();
}

function responseOf(answer: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  const status = answer.statusCode ?? 0;
  const bodyless = status === 204 || status === 304;
  if (bodyless) answer.resume();
  return new Response(bodyless ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>), {
    status,
    headers,
  });
}

function failureOf(request: Request, cause: NodeJS.ErrnoException): unknown {
  if (request.signal.aborted) return request.signal.reason;
  const why = cause.code ?? cause.message;
  return new TareError({ code: "HTTP_FAILED", where: request.url, why, again: false }, { cause });
}
