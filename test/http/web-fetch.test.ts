import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { requestFor, shownAddress, shownUrl, urlBelow } from "../../src/http/url.ts";
import { type WebFetchOptions, webFetch } from "../../src/http/web-fetch.ts";
import { version } from "../../src/version.ts";
import { serveFiles } from "../kit/serve.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const noFiles = { readHostFile: async () => undefined, listHostFolder: async () => [] };
const plain = (options: Partial<WebFetchOptions> = {}) =>
  webFetch({ environment: {}, host: noFiles, ...options });

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = await serveFiles(new Map(), (request, response) => {
    handle(request, response);
    return true;
  });
  closers.push(server.close);
  return server;
}

test("it says who it is, and asks for no compression", async () => {
  let headers: IncomingMessage["headers"] = {};
  const server = await listen((request, response) => {
    headers = request.headers;
    response.end("hello");
  });
  const response = await plain()(new Request(`${server.url}/x`));
  expect(await response.text()).toBe("hello");
  expect(headers["user-agent"]).toBe(`tare/${version}`);
  expect(headers["accept-encoding"]).toBeUndefined();
});

test("bytes arrive as they were sent, whatever Content-Encoding says", async () => {
  const bytes = gzipSync("an index");
  const server = await listen((_, response) => {
    response.writeHead(200, { "content-encoding": "gzip" }).end(bytes);
  });
  const response = await plain()(new Request(`${server.url}/Packages.gz`));
  expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
});

test("a body is sent with its length", async () => {
  let seen = "";
  const server = await listen(async (request, response) => {
    for await (const chunk of request) seen += chunk;
    response.end(request.headers["content-length"]);
  });
  const body = Buffer.from("payload");
  const response = await plain()(
    new Request(`${server.url}/up`, { method: "PUT", body, headers: { "content-length": "7" } }),
  );
  expect([seen, await response.text()]).toEqual(["payload", "7"]);
});

test("redirects are followed, and credentials stay with the first origin", async () => {
  const got: (string | undefined)[] = [];
  const target = await listen((request, response) => {
    got.push(request.headers.authorization);
    response.end("there");
  });
  const server = await listen((request, response) => {
    got.push(request.headers.authorization);
    const location = request.url === "/a" ? "/b" : `${target.url}/c`;
    response.writeHead(302, { location }).end();
  });
  const address = server.url.replace("//", "//me:secret@");
  const response = await plain()(requestFor(`${address}/a`, {}));
  expect(await response.text()).toBe("there");
  expect(response.url).toBe(`${target.url}/c`);
  expect(got.map((value) => value !== undefined)).toEqual([true, true, false]);
});

test("a redirect loop ends with a sentence", async () => {
  const server = await listen((_, response) => response.writeHead(301, { location: "/again" }).end());
  await expect(plain()(new Request(`${server.url}/x`))).rejects.toThrow(
    `${server.url}/x: it was sent on more than 10 times.`,
  );
});

test("a redirect to a local file or another protocol is refused", async () => {
  for (const location of ["file:///etc/hostname", "ftp://mirror.example/x", "data:,x"]) {
    const server = await listen((_, response) => response.writeHead(302, { location }).end());
    await expect(plain()(new Request(`${server.url}/x`))).rejects.toMatchObject({ code: "HTTP_FAILED" });
  }
});

test("redirect: manual gives the redirect itself", async () => {
  const server = await listen((_, response) => response.writeHead(307, { location: "/y" }).end());
  const response = await plain()(new Request(`${server.url}/x`, { redirect: "manual" }));
  expect([response.status, response.headers.get("location")]).toEqual([307, "/y"]);
});

test("a server that is not there is a sentence", async () => {
  const server = await serveFiles(new Map());
  await server.close();
  await expect(plain()(new Request(`${server.url}/x`))).rejects.toThrow(
    `${server.url}/x: the connection was refused.`,
  );
});

test("a server that says nothing, or stops in the middle, is given up", async () => {
  const silent = await listen(() => {});
  const fetch = plain({ idleTimeout: 300 });
  await expect(fetch(new Request(`${silent.url}/x`))).rejects.toThrow("nothing came for 0.3 s");
  const stuck = await listen((_, response) =>
    response.writeHead(200, { "content-length": "9" }).write("abc"),
  );
  const response = await fetch(new Request(`${stuck.url}/x`));
  await expect(response.text()).rejects.toThrow("nothing came for 0.3 s");
});

test("a connection cut in the middle is an error, never a short answer", async () => {
  const server = await listen((request, response) => {
    response.writeHead(200, { "content-length": "9" }).write("abc", () => request.socket.destroy());
  });
  const response = await plain()(new Request(`${server.url}/x`));
  await expect(response.text()).rejects.toMatchObject({ code: "HTTP_FAILED" });
});

test("an abort ends a request with its own reason", async () => {
  const silent = await listen(() => {});
  const stop = new AbortController();
  const asked = plain()(new Request(`${silent.url}/x`, { signal: stop.signal }));
  setTimeout(() => stop.abort(new Error("Ctrl-C")), 20);
  await expect(asked).rejects.toThrow("Ctrl-C");
});

/** A proxy as they are: forwards plain http, opens tunnels; remembers both. */
async function proxy() {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(
      `${request.method} ${new URL(request.url ?? "").pathname} ${request.headers["proxy-authorization"]}`,
    );
    forward(request.url ?? "", { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    }).end();
  });
  const sockets = new Set<Socket>();
  server.on("connect", (request, socket: Socket) => {
    seen.push(`CONNECT ${request.url}`);
    sockets.add(socket);
    const [host, port] = (request.url ?? "").split(":");
    const other = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      other.pipe(socket);
      socket.pipe(other);
    });
    other.on("error", () => socket.destroy());
    socket.on("error", () => other.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { seen, port: (server.address() as AddressInfo).port };
}

test("http goes through http_proxy without a tunnel, unless no_proxy names the host", async () => {
  const server = await listen((_, response) => response.end("hello"));
  const { seen, port } = await proxy();
  const environment = { HTTP_PROXY: "http://127.0.0.1:1", http_proxy: `http://me:pw@127.0.0.1:${port}` };
  const response = await plain({ environment })(new Request(`${server.url}/x`));
  expect(await response.text()).toBe("hello");
  expect(seen).toEqual([`GET /x Basic ${Buffer.from("me:pw").toString("base64")}`]);
  const direct = plain({ environment: { ...environment, NO_PROXY: "127.0.0.1" } });
  expect(await (await direct(new Request(`${server.url}/y`))).text()).toBe("hello");
  expect(seen.length).toBe(1);
});

test("https goes through https_proxy by a tunnel", async () => {
  const { seen, port } = await proxy();
  const fetch = plain({ environment: { HTTPS_PROXY: `http://127.0.0.1:${port}` } });
  await expect(fetch(new Request("https://127.0.0.1:1/x"))).rejects.toMatchObject({ code: "HTTP_FAILED" });
  expect(seen).toEqual(["CONNECT 127.0.0.1:1"]);
});

test("a mirror on disk answers like one on the web, with ranges", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tare-"));
  closers.push(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "a b+c"), "0123456789");
  const base = pathToFileURL(folder).href;
  const get = (path: string, range?: string) =>
    plain()(new Request(`${base}/${path}`, range ? { headers: { range } } : {}));
  expect(await (await get("a%20b%2Bc")).text()).toBe("0123456789");
  const part = await get("a%20b%2Bc", "bytes=6-");
  expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
    206,
    "bytes 6-9/10",
    "6789",
  ]);
  expect((await get("a%20b%2Bc", "bytes=10-")).status).toBe(416);
  expect((await get("not-there")).status).toBe(404);
  expect((await get("")).status).toBe(404);
});

test("a path below a mirror stays there", () => {
  expect(urlBelow("http://mirror.example/debian/", "pool/g++_1:2~3.deb")).toBe(
    "http://mirror.example/debian/pool/g%2B%2B_1%3A2~3.deb",
  );
  expect(urlBelow("http://mirror.example", "./a//b")).toBe("http://mirror.example/a/b");
  for (const path of ["../x", "a/../../x", "/etc/..", ".", ""])
    expect(() => urlBelow("http://mirror.example/debian", path)).toThrow("a path below a mirror");
  expect(urlBelow("file:///srv", "a\\b?c#d%2e")).toBe("file:///srv/a%5Cb%3Fc%23d%252e");
});

test("an address is shown without its secrets", () => {
  expect(shownUrl("https://me:pw@mirror.example/x?sig=1#y")).toBe("https://***@mirror.example/x?***");
  expect(shownUrl("not a url //me:pw@x")).toBe("not a url //***@x");
  expect(shownUrl("http://me:p/w@2@mirror.example/x")).toBe("http://***@mirror.example/x");
  expect(shownAddress("https://me:pw@mirror.example/x")).toBe("https://***@mirror.example/x");
  expect(shownAddress("me:pw@mirror.example/x")).toBe("***@mirror.example/x");
  expect(shownAddress("ftp://me:pw@mirror.example/x")).toBe("ftp://***@mirror.example/x");
  expect(() => requestFor("gopher://mirror.example/x", {})).toThrow("only http, https and file are spoken");
});
