import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mustRun, type Ran, runCommand } from "../kit/command.ts";
import { dockerdPeers, withDockerd } from "../kit/dockerd.ts";
import { runInNspawn } from "../kit/nspawn.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { runInRunc } from "../kit/runc.ts";
import { newFolder } from "../kit/temporary.ts";

/**
 * A small image of real packages, from the mirror that this machine's apt is set up for, through the command line. Its
 * root filesystem is unpacked once for all tests.
 */
const recipe = `
name: small
packages:
  - from: debian
    suite: bookworm
    include: [base-files, libc-bin, coreutils, dash, dpkg, ca-certificates, openssl]
config:
  entrypoint: [/usr/bin/openssl]
  cmd: [version]
to: ["docker-archive:small.tar", "oci:small:latest", "tar:root.tar"]
`;

const main = join(import.meta.dirname, "../../src/cli/main.js");
let folder: string;
let root: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ folder, remove } = await newFolder());
  await writeFile(join(folder, "tare.yaml"), recipe);
  await mustRun(process.execPath, [main, "build"], {
    cwd: folder,
    env: { TARE_STORE: join(folder, "store") },
  });
  root = join(folder, "root");
  await mkdir(root);
  await mustRun("tar", [
    "--extract",
    "--delay-directory-restore",
    "--file",
    join(folder, "root.tar"),
    "--directory",
    root,
  ]);
});

afterAll(() => remove?.());

/** Both ways in which openssl finds authorities: the folder of hashed links, and the bundle. */
const verify = [
  "cd /usr/share/ca-certificates/mozilla",
  "openssl verify -no-CAfile ISRG_Root_X1.crt NetLock_Arany_*.crt",
  "openssl verify -no-CApath -CAfile /etc/ssl/certs/ca-certificates.crt ISRG_Root_X1.crt",
].join(" && ");

function expectVerified(ran: Ran): void {
  expect(ran.stderr).toBe("");
  expect(ran.stdout.match(/: OK$/gm)).toHaveLength(3);
  expect(ran.code).toBe(0);
}

test("docker loads it, runs its entrypoint, and openssl finds the certificate authorities", async (context) => {
  needsPeers(context, ...dockerdPeers);
  needsRoot(context);
  await withDockerd(async (docker) => {
    const loaded = await docker(["load", "--input", join(folder, "small.tar")]);
    expect(loaded.stdout).toContain("small:latest");
    const ran = await docker(["run", "--rm", "--network", "none", "small:latest"]);
    expect(ran.stdout).toMatch(/^OpenSSL 3\./);
    const shell = ["run", "--rm", "--network", "none", "--entrypoint", "/bin/sh", "small:latest"];
    expectVerified(await docker([...shell, "-c", verify]));
    const listed = await docker([...shell, "-c", "dpkg -l && dpkg --audit && dpkg -V"]);
    expect(listed.stdout).toMatch(/^ii {2}ca-certificates /m);
    expect(listed.code).toBe(0);
  });
});

test("runc runs it, and the linker cache is what its own ldconfig would write", async (context) => {
  needsPeers(context, "runc");
  needsRoot(context);
  expectVerified(await runInRunc(root, ["/bin/sh", "-c", verify]));
  const listed = await runInRunc(root, ["/sbin/ldconfig", "-p"]);
  expect(listed.stdout).toContain("libssl.so.3 (libc6,x86-64) => /lib/x86_64-linux-gnu/libssl.so.3");
  const ours = join(folder, "ld.so.cache");
  await copyFile(join(root, "etc/ld.so.cache"), ours);
  await mustRun("chroot", [root, "/sbin/ldconfig"]);
  expect((await readFile(ours)).equals(await readFile(join(root, "etc/ld.so.cache")))).toBe(true);
});

test("systemd-nspawn runs it", async (context) => {
  needsPeers(context, "systemd-nspawn");
  needsRoot(context);
  const ran = await runInNspawn(root, ["/bin/sh", "-c", verify]);
  // It has something of its own to say where it is started without a machine's service manager.
  expectVerified({ ...ran, stderr: ran.stderr.replace(/^Attempted to remove disk file system .*\n/m, "") });
});

test("skopeo and umoci read it", async (context) => {
  needsPeers(context, "skopeo", "umoci");
  needsRoot(context);
  const inspected = JSON.parse(
    await mustRun("skopeo", ["inspect", "--config", `oci:${folder}/small:latest`]),
  );
  expect(inspected.config).toMatchObject({ Entrypoint: ["/usr/bin/openssl"], Cmd: ["version"] });
  await mustRun("umoci", ["unpack", "--image", `${folder}/small:latest`, join(folder, "bundle")]);
  const version = await mustRun("chroot", [join(folder, "bundle/rootfs"), "/usr/bin/openssl", "version"]);
  expect(version).toMatch(/^OpenSSL 3\./);
});

test("its own dpkg finds nothing wrong with it, though documentation was left out", async (context) => {
  needsRoot(context);
  const dpkg = (...args: string[]) => runCommand("chroot", [root, "dpkg", ...args]);
  expect(await dpkg("--audit")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(await dpkg("--verify")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect((await dpkg("--search", "/bin/sh")).stdout).toContain("dash: /bin/sh\n");
});
