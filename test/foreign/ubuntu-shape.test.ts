import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { decompress } from "../../src/bytes/compression/compression.ts";
import { parseDeb822 } from "../../src/formats/deb/deb822.ts";
import { downloadAll } from "../../src/http/download-all.ts";
import { webFetch } from "../../src/http/web-fetch.ts";
import { hostKeyring } from "../../src/sources/debian/host-keyring.ts";
import { chooseMirror } from "../../src/sources/debian/mirrors.ts";
import { openRepository, packageUrls } from "../../src/sources/debian/repository.ts";
import { buildDebianPackage, type PackageData } from "../kit/debian-package.ts";
import { hostWith } from "../kit/host-files.ts";
import { memoryStore } from "../kit/memory-store.ts";
import { needsPeers } from "../kit/peers.ts";
import { type FileServer, serveFiles } from "../kit/serve.ts";

const run = promisify(execFile);
let folder: string;
const servers: FileServer[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tare-"));
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await run("gpgconf", ["--homedir", join(folder, "gnupg"), "--kill", "all"]).catch(() => {});
  await rm(folder, { recursive: true, force: true });
});

const gpg = (...args: string[]) =>
  run("gpg", ["--homedir", join(folder, "gnupg"), "--batch", "--passphrase", "", ...args]);

/** One host of the distribution, made by reprepro with its suites, and served. */
async function host(
  name: string,
  suites: Readonly<Record<string, readonly PackageData[]>>,
): Promise<FileServer> {
  const base = join(folder, name);
  await mkdir(join(base, "conf"), { recursive: true });
  // reprepro tells suites apart by codename alone, so each is its own.
  const conf = Object.keys(suites).map(
    (suite) =>
      `Origin: Ubuntu\nLabel: Ubuntu\nSuite: ${suite}\nCodename: ${suite}\nVersion: 24.04\n` +
      "Architectures: amd64 i386\nComponents: main universe\nSignWith: yes\nDebIndices: Packages Release . .gz .xz\n",
  );
  await writeFile(join(base, "conf/distributions"), conf.join("\n"));
  for (const [suite, packages] of Object.entries(suites))
    for (const data of packages) {
      const built = await buildDebianPackage({
        ...data,
        fields: { Section: "misc", Priority: "optional", ...data.fields },
      });
      const file = join(folder, built.fileName);
      await writeFile(file, built.bytes);
      const component = data.component ?? "main";
      await run("reprepro", ["-b", base, "-C", component, "includedeb", suite, file], {
        env: { ...process.env, GNUPGHOME: join(folder, "gnupg") },
      });
    }
  const files = new Map<string, Uint8Array>();
  for (const entry of await readdir(base, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      files.set(relative(base, path), await readFile(path));
    }
  const server = await serveFiles(files);
  servers.push(server);
  return server;
}

test("Ubuntu's shape: zstd packages, a keyring of its own, archive and security on two hosts", async (context) => {
  needsPeers(context, "reprepro", "gpg");
  await mkdir(join(folder, "gnupg"), { mode: 0o700 });
  await gpg("--quick-generate-key", "Ubuntu Archive <u@mirror.example>", "rsa3072", "sign", "never");
  await gpg("--output", join(folder, "ubuntu.gpg"), "--export");
  const zstd = { compression: "zst" } as const;
  const archive = await host("archive", {
    noble: [
      { name: "hello", version: "2.10-3build1", ...zstd, files: { "usr/bin/hello": "hello" } },
      { name: "cowsay", component: "universe", architecture: "all", ...zstd },
    ],
    "noble-updates": [{ name: "hello", version: "2.10-3ubuntu1", ...zstd }],
  });
  const security = await host("security", {
    "noble-security": [{ name: "hello", version: "2.10-3ubuntu0.1", ...zstd }],
  });
  const machine = hostWith({
    "/etc/os-release": 'ID=ubuntu\nVERSION_CODENAME=noble\nUBUNTU_CODENAME="noble"\n',
    "/usr/share/keyrings/ubuntu-archive-keyring.gpg": await readFile(join(folder, "ubuntu.gpg")),
    "/etc/apt/sources.list.d/ubuntu.sources": `Types: deb
URIs: ${archive.url}/
Suites: noble noble-updates
Components: main universe
Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg

Types: deb
URIs: ${security.url}/
Suites: noble-security
Components: main universe
Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg
`,
  });
  const seams = {
    fetch: webFetch({ environment: {}, host: machine }),
    store: memoryStore(),
    now: () => new Date(),
  };
  const seen: string[] = [];
  for (const suite of ["noble", "noble-updates", "noble-security"]) {
    const question = {
      distribution: "ubuntu",
      suite,
      components: ["main", "universe"],
      architectures: ["amd64"],
      mirrors: [],
    };
    const choice = await chooseMirror(question, {}, machine);
    const keyring = await hostKeyring(suite, "ubuntu", choice.signedBy, machine);
    const request = {
      ...question,
      ...choice,
      id: `ubuntu/${suite}`,
      keyring,
      pins: [],
      allowUnsigned: false,
    };
    const { indexes, mirrors, locked } = await openRepository(request, seams);
    expect(locked.keys).toHaveLength(1);
    for (const { component, packages } of indexes) {
      const text = await collect(decompress(packages.open(), "Packages"), 1e6, "Packages");
      const stanzas = parseDeb822(text.toString(), "Packages").map(({ fields }) => fields);
      await downloadAll(
        stanzas.map((fields) => ({
          name: fields.get("package") as string,
          urls: packageUrls(mirrors, fields.get("filename") as string),
          want: { digest: `sha256:${fields.get("sha256")}`, size: Number(fields.get("size")) },
        })),
        seams,
      );
      for (const fields of stanzas)
        seen.push([suite, component, fields.get("package"), fields.get("version")].join(" "));
    }
  }
  expect(seen).toEqual([
    "noble main hello 2.10-3build1",
    "noble universe cowsay 1.0",
    "noble-updates main hello 2.10-3ubuntu1",
    "noble-security main hello 2.10-3ubuntu0.1",
  ]);
  expect(security.asked.some((path) => path.startsWith("pool/main/h/hello/hello_2.10-3ubuntu0.1"))).toBe(
    true,
  );
});
