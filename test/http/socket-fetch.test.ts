import { createServer, type RequestListener } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Endpoint, socketFetch } from "../../src/http/socket-fetch.ts";
import { withFolder } from "../kit/temporary.ts";

/** A server on a unix socket for the length of `work`. */
async function withServer(answer: RequestListener, work: (endpoint: Endpoint) => Promise<void>) {
  await withFolder(async (folder) => {
    const socketPath = join(folder, "s");
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    try {
      await work({ socketPath });
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
}

function posted(body: ReadableStream<Uint8Array>, signal?: AbortSignal): Request {
  const init = { method: "POST", body, duplex: "half", ...(signal && { signal }) };
  return new Request("http://daemon/load?quiet=0", init as RequestInit);
}

test("a request and its answer pass as streams", () =>
  withServer(
    (request, response) => {
      response.writeHead(200, { "x-what": `${request.method} ${request.url} for ${request.headers.host}` });
      request.pipe(response);
    },
    async (endpoint) => {
      const size = 3 << 20;
      let left = size;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (left === 0) return controller.close();
          left -= 1 << 16;
          controller.enqueue(new Uint8Array(1 << 16).fill(7));
        },
      });
      const response = await socketFetch(endpoint)(posted(body));
      expect(response.headers.get("x-what")).toBe("POST /load?quiet=0 for daemon");
      let got = 0;
      for await (const chunk of response.body ?? []) got += chunk.byteLength;
      expect(got).toBe(size);
    },
  ));

test("a body that fails ends the request with its own error", () =>
  withServer(
    () => {},
    async (endpoint) => {
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.error(new Error("the layer is bad")),
      });
      await expect(socketFetch(endpoint)(posted(body))).rejects.toThrow("the layer is bad");
    },
  ));

test("an answer that says no before it has heard everything is heard", () =>
  withServer(
    (_, response) => void response.writeHead(413).end("too much"),
    async (endpoint) => {
      let cancelled = false;
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(new Uint8Array(1 << 16)),
        cancel() {
          cancelled = true;
        },
      });
      const response = await socketFetch(endpoint)(posted(body));
      expect([response.status, await response.text()]).toEqual([413, "too much"]);
      await expect.poll(() => cancelled).toBe(true);
    },
  ));

test("a connection that breaks, nobody there, and an abort each have their own words", async () => {
  await withServer(
    (request) => request.socket.destroy(),
    async (endpoint) => {
      await expect(socketFetch(endpoint)(new Request("http://daemon/"))).rejects.toMatchObject({
        code: "HTTP_FAILED",
        cause: { code: "ECONNRESET" },
      });
    },
  );
  await expect(
    socketFetch({ socketPath: "/nowhere/s" })(new Request("http://daemon/")),
  ).rejects.toMatchObject({ code: "HTTP_FAILED", cause: { code: "ENOENT" } });
  const abort = new AbortController();
  await withServer(
    () => abort.abort(new Error("enough")),
    async (endpoint) => {
      const request = new Request("http://daemon/", { signal: abort.signal });
      await expect(socketFetch(endpoint)(request)).rejects.toThrow("enough");
    },
  );
});
