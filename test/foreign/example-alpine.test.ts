import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { starters } from "../../scripts/start/starters.ts";
import { readMinirootfs } from "../kit/apk-minirootfs.ts";
import { apkSigner } from "../kit/apk-package.ts";
import { apkRepository } from "../kit/apk-repository.ts";
import { type BuiltExample, buildFolder, runInRoot, unpack } from "../kit/example.ts";
import { findPeer, needsPeers } from "../kit/peers.ts";
import { type FileServer, serveFiles } from "../kit/serve.ts";
import { newFolder } from "../kit/temporary.ts";
import { askPage, whileRunning } from "../kit/while-running.ts";

/**
 * examples/alpine-httpd with the packages of Alpine's minirootfs, signed by a key of our own: no machine of ours has a
 * mirror of Alpine. The minirootfs has no web server, so that one program is Debian's busybox.
 */

const isReady = findPeer("busybox") !== undefined;
const signer = apkSigner();

let folder: string;
let remove: (() => Promise<void>) | undefined;
let server: FileServer | undefined;
let built: BuiltExample;

beforeAll(async () => {
  if (!isReady) return;
  ({ folder, remove } = await newFolder());
  const { packages } = await readMinirootfs();
  const extras = {
    name: "busybox-extras",
    depends: ["busybox", "so:libc.musl-x86_64.so.1"],
    files: {
      "bin/busybox-extras": { content: await readFile(findPeer("busybox") as string), mode: 0o755 },
    },
    scripts: { "post-install": "#!/bin/sh\nexec /bin/busybox-extras --install -s\n" },
  };
  const files = new Map<string, Uint8Array>();
  for (const [path, bytes] of apkRepository([...packages, extras], { signer }))
    files.set(`v3.22/main/${path}`, bytes);
  server = await serveFiles(files);
  const place = join(folder, "alpine-httpd");
  await cp(join(import.meta.dirname, "../../examples/alpine-httpd"), place, { recursive: true });
  await mkdir(join(place, "keys"));
  await writeFile(join(place, "keys", signer.name), signer.publicPem);
  process.env.TARE_ALPINE_MIRROR = server.url;
  built = await buildFolder(place, join(folder, "store"), ["--platform", "linux/amd64"]);
}, 120_000);

afterAll(async () => {
  delete process.env.TARE_ALPINE_MIRROR;
  await server?.close();
  await remove?.();
});

test("it has what busybox needs, is for an ordinary user, and leaves no script to its own", async (context) => {
  needsPeers(context, "busybox");
  const [image] = built.result.images;
  expect(image?.packages.map(({ name }) => name).sort()).toEqual([
    "alpine-baselayout",
    "alpine-baselayout-data",
    "busybox",
    "busybox-binsh",
    "busybox-extras",
    "musl",
  ]);
  expect(built.image.user).toEqual({ uid: 65_532, gid: 65_532 });
  expect(image?.coverage.filter(({ verdict }) => verdict === "needs-you")).toEqual([]);
  expect(await readFile(join(folder, "alpine-httpd/tare.lock"), "utf8")).toContain(signer.fingerprint);
});

test("its shell is Alpine's own, and finds the page", async (context) => {
  needsPeers(context, "busybox");
  const root = await unpack(built.image, join(folder, "root"));
  const ran = await runInRoot(root, [
    "/bin/sh",
    "-c",
    "id -u nonroot; grep -c '^P:' /lib/apk/db/installed; cat /srv/www/*",
  ]);
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^65532\n6\n<!doctype html>/) });
});

for (const { name: runtime } of starters)
  test(`it serves its page in ${runtime}`, { timeout: 120_000 }, async (context) => {
    needsPeers(context, "busybox");
    const options = { port: 8080, runtime, ready: (port: number) => askPage(port) };
    await whileRunning(context, built.image, options, async ({ port }) => {
      expect(await askPage(port)).toContain("Served by Alpine's busybox");
      await expect(askPage(port, "nothing.html")).rejects.toThrow("404");
    });
  });
