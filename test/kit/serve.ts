import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Fetch } from "../../src/model/seams.ts";

type Files = ReadonlyMap<string, Uint8Array>;

/**
 * A `Fetch` over files in memory, as a mirror answers: 200 and 404, ranges on everything but indexes, no ETag, no
 * Last-Modified. `base` has no trailing slash: `http://mirror.example/debian`.
 */
export function fetchFrom(base: string, files: Files, asked: string[] = []): Fetch {
  return async (request) => {
    const path = pathBelow(base, request.url);
    if (path !== undefined) asked.push(path);
    const answer = answerFor(files, path, request.headers.get("range"));
    return new Response(answer.body, { status: answer.status, headers: answer.headers });
  };
}

/** A real server on the loopback interface, with the same manners. */
export interface FileServer {
  /** `http://127.0.0.1:PORT`, no trailing slash. */
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** May answer a request itself, and then returns true. */
export type Handle = (request: IncomingMessage, response: ServerResponse) => boolean;

/** `handle` is asked before `files` are looked at. */
export async function serveFiles(files: Files, handle: Handle = () => false): Promise<FileServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = pathBelow("http://x", `http://x${request.url}`);
    asked.push(path ?? "");
    if (handle(request, response)) return;
    const answer = answerFor(files, path, request.headers.range ?? null);
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pathBelow(base: string, url: string): string | undefined {
  return url.startsWith(`${base}/`) ? decodeURIComponent(url.slice(base.length + 1)) : undefined;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array<ArrayBuffer>;
}

function answerFor(files: Files, path: string | undefined, range: string | null): Answer {
  const bytes = path === undefined ? undefined : files.get(path);
  if (!bytes) return { status: 404, headers: { "content-type": "text/html" }, body: Buffer.from("not here") };
  const whole = Uint8Array.from(bytes);
  const from = /^bytes=(\d+)-$/.exec(range ?? "");
  if (!from || path?.startsWith("dists/"))
    return { status: 200, headers: { "content-length": String(whole.byteLength) }, body: whole };
  const start = Number(from[1]);
  if (start >= whole.byteLength)
    return {
      status: 416,
      headers: { "content-range": `bytes */${whole.byteLength}` },
      body: new Uint8Array(0),
    };
  const part = whole.slice(start);
  return {
    status: 206,
    headers: {
      "content-length": String(part.byteLength),
      "content-range": `bytes ${start}-${whole.byteLength - 1}/${whole.byteLength}`,
    },
    body: part,
  };
}
