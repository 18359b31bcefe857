import { cp, mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { starters } from "../../scripts/start/starters.ts";
import { runCommand } from "../kit/command.ts";
import { type BuiltExample, buildFolder, unpack } from "../kit/example.ts";
import { findPeer, needsPeers } from "../kit/peers.ts";
import { buildRpms, type RpmData } from "../kit/rpm-package.ts";
import { rpmRepository } from "../kit/rpm-repository.ts";
import { rpmSigner } from "../kit/rpm-signer.ts";
import { type FileServer, serveFiles } from "../kit/serve.ts";
import { newFolder } from "../kit/temporary.ts";
import { askPage, whileRunning } from "../kit/while-running.ts";

/**
 * examples/fedora-httpd with packages of the same names and shape, signed by a key of our own: no machine of ours has a
 * mirror of Fedora. The stand-in of the web server is busybox's.
 */

const peers = ["rpmbuild", "rpmsign", "rpm", "createrepo_c", "gpg", "busybox"];
const isReady = peers.every((name) => findPeer(name) !== undefined);

let folder: string;
let remove: (() => Promise<void>) | undefined;
let server: FileServer | undefined;
let built: BuiltExample;
let key: string;

beforeAll(async () => {
  if (!isReady) return;
  ({ folder, remove } = await newFolder());
  const signer = await rpmSigner(await mkdtemp(join(folder, "keys-")));
  key = await signer.makeKey("stand-in", "rsa2048");
  const rpms = [];
  for (const { fileName, bytes } of await buildRpms(await packages()))
    rpms.push({ fileName, bytes: await signer.sign(bytes, "stand-in") });
  const files = new Map<string, Uint8Array>();
  for (const [path, bytes] of await rpmRepository(rpms))
    files.set(`releases/42/Everything/x86_64/os/${path}`, bytes);
  server = await serveFiles(files);
  const place = join(folder, "fedora-httpd");
  await cp(join(import.meta.dirname, "../../examples/fedora-httpd"), place, { recursive: true });
  await cp(await signer.keyFile("stand-in"), join(place, "fedora.asc"));
  await signer.close();
  process.env.TARE_FEDORA_MIRROR = server.url;
  built = await buildFolder(place, join(folder, "store"), ["--platform", "linux/amd64"]);
}, 120_000);

afterAll(async () => {
  delete process.env.TARE_FEDORA_MIRROR;
  await server?.close();
  await remove?.();
});

async function packages(): Promise<RpmData[]> {
  const busybox = await readFile(findPeer("busybox") as string);
  return [
    {
      name: "filesystem",
      files: Object.fromEntries(
        ["etc/", "usr/", "usr/bin/", "usr/sbin/", "usr/lib/", "usr/lib64/", "usr/share/", "var/", "tmp/"].map(
          (path) => [path, {}],
        ),
      ),
    },
    {
      name: "bash",
      provides: ["/bin/sh"],
      requires: ["filesystem"],
      files: { "usr/bin/busybox": { content: busybox, mode: 0o755 }, "usr/bin/sh": { link: "busybox" } },
    },
    {
      name: "setup",
      files: {
        "etc/passwd": "root:x:0:0::/root:/bin/sh\n",
        "etc/group": "root:x:0:\n",
        "etc/shadow": { content: "root:*::0:99999:7:::\n", mode: 0o000 },
        "etc/gshadow": { content: "root:::\n", mode: 0o000 },
      },
    },
    {
      name: "httpd-filesystem",
      requires: ["setup"],
      provides: ["user(apache) = 48", "group(apache) = 48"],
      files: {
        "usr/lib/sysusers.d/httpd.conf": 'u apache 48 "Apache" /usr/share/httpd /usr/sbin/nologin\n',
        "var/www/html/": { user: "root" },
        "usr/share/httpd/": { user: "apache", group: "apache" },
      },
    },
    {
      name: "httpd",
      requires: ["/bin/sh", "httpd-filesystem", "filesystem"],
      recommends: ["mod_http2"],
      files: {
        "usr/sbin/httpd": {
          content:
            '#!/bin/sh\n[ "$*" = -DFOREGROUND ] || exit 64\nexec busybox httpd -f -p 80 -h /var/www/html\n',
          mode: 0o755,
        },
        "etc/httpd/conf/httpd.conf": { content: "Listen 80\n", config: "noreplace" },
      },
      scriptlets: { post: "systemctl preset httpd.service >/dev/null 2>&1 || :" },
    },
    { name: "mod_http2", files: { "usr/lib64/httpd/modules/mod_http2.so": "" } },
  ];
}

test("it has what httpd needs, and no weak dependency", async (context) => {
  needsPeers(context, ...peers);
  const [image] = built.result.images;
  expect(image?.packages.map(({ name }) => name).sort()).toEqual([
    "bash",
    "filesystem",
    "httpd",
    "httpd-filesystem",
    "setup",
  ]);
  expect(image?.coverage.filter(({ verdict }) => verdict === "needs-you")).toEqual([]);
  expect(await readFile(join(folder, "fedora-httpd/tare.lock"), "utf8")).toContain(key);
});

test("rpm finds its packages, their files and their accounts in order", async (context) => {
  needsPeers(context, ...peers);
  const root = await unpack(built.image, join(folder, "root"));
  const rpm = (...args: string[]) =>
    runCommand("rpm", ["--root", root, "--dbpath", "/usr/lib/sysimage/rpm", ...args]);
  expect((await rpm("-qa", "--queryformat", "%{NAME}\n")).stdout.split("\n").sort()).toEqual([
    "",
    "bash",
    "filesystem",
    "httpd",
    "httpd-filesystem",
    "setup",
  ]);
  expect(await rpm("-V", "httpd", "bash", "filesystem")).toMatchObject({ code: 0, stdout: "" });
  expect((await rpm("-qf", "/usr/sbin/httpd", "--queryformat", "%{NAME}")).stdout).toBe("httpd");
  expect(await readFile(join(root, "etc/passwd"), "utf8")).toContain("apache:x:48:48:");
});

for (const { name: runtime } of starters)
  test(`it serves its page in ${runtime}`, { timeout: 120_000 }, async (context) => {
    needsPeers(context, ...peers);
    const options = { port: 80, runtime, ready: (port: number) => askPage(port) };
    await whileRunning(context, built.image, options, async ({ port }) => {
      expect(await askPage(port)).toContain("Served by Fedora's httpd");
    });
  });
