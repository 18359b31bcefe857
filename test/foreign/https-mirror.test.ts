import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { thisHost } from "../../src/build/this-host.ts";
import { webFetch } from "../../src/http/web-fetch.ts";
import { needsPeers } from "../kit/peers.ts";

const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tare-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a private certificate authority counts when the environment names it, and only then", async (context) => {
  needsPeers(context, "openssl");
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "ca.pem")];
  await run("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
    ...["-keyout", key, "-out", certificate, "-subj", "/CN=mirror", "-addext", "subjectAltName=IP:127.0.0.1"],
  ]);
  const server = createServer(
    { key: await readFile(key), cert: await readFile(certificate) },
    (_, response) => {
      response.end("hello");
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
    const get = (environment: Record<string, string>) =>
      webFetch({ environment, host: thisHost })(new Request(url)).then((response) => response.text());
    for (const variable of [
      { SSL_CERT_FILE: certificate },
      { CURL_CA_BUNDLE: certificate },
      { SSL_CERT_DIR: folder },
    ])
      expect(await get(variable)).toBe("hello");
    await expect(get({})).rejects.toThrow("SSL_CERT_FILE can name one more certificate authority");
    // One more, not instead: Node's own authorities are still there.
    await expect(get({ SSL_CERT_FILE: "/nonexistent" })).rejects.toMatchObject({ code: "HTTP_FAILED" });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
