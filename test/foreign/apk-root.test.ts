import { readFileSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { minirootfs as tarball } from "../kit/apk-fixtures.ts";
import { type Minirootfs, readMinirootfs } from "../kit/apk-minirootfs.ts";
import { apkOf, apkSigner } from "../kit/apk-package.ts";
import { type RootOfApks, rootOfApks } from "../kit/apk-root.ts";
import { mustRun, runCommand } from "../kit/command.ts";
import { compareRoots } from "../kit/compare-roots.ts";
import { folderRoot } from "../kit/folder-root.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { runInRunc } from "../kit/runc.ts";
import { newFolder } from "../kit/temporary.ts";

let place: Awaited<ReturnType<typeof newFolder>>;
let original: string;
let real: Minirootfs;
let made: RootOfApks;
const signer = apkSigner();

beforeAll(async () => {
  if (process.getuid?.() !== 0) return;
  place = await newFolder();
  original = join(place.folder, "original");
  await mkdir(original);
  await mustRun("tar", ["-xzpf", tarball, "--numeric-owner", "-C", original]);
  real = await readMinirootfs();
  made = await rootOfApks(place.folder, real.packages, { world: real.world, signer });
}, 120_000);
beforeEach((context) => needsRoot(context));
afterAll(() => place?.remove());

/** The real apk, at work in a copy of the root that was made of packages. */
async function withApk(name: string) {
  const root = join(place.folder, name);
  await cp(made.folder, root, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  const run = (...args: string[]) => runCommand("chroot", [root, "/sbin/apk", "--no-network", ...args]);
  return { root, run, must: async (...args: string[]) => succeeded(await run(...args)) };
}

function succeeded({ code, stdout, stderr }: Awaited<ReturnType<typeof runCommand>>): string {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

const read = (root: string, path: string) => readFileSync(join(root, path), "utf8");

/** Paths on which the root of packages and Alpine's own differ, and why. */
const explained: Readonly<Record<string, string>> = {
  "dev/pts": "baselayout has it; Alpine's tarball leaves out what is below /dev",
  "dev/shm": "the same",
  "etc/alpine-release": "of no package here: the tarball's maker wrote it",
  "etc/apk/repositories": "nobody told tare from where the image is to be updated",
  "etc/issue": "the tarball's maker wrote it",
  "etc/os-release": "the tarball's maker wrote it",
  "etc/secfixes.d": "the tarball's maker wrote it",
  "etc/secfixes.d/alpine": "the same",
  "lib/apk/db/installed":
    "packages that were packed again have other identities and sizes: see the next test",
  "lib/apk/db/lock": "apk makes it when it needs it",
  "lib/apk/db/scripts.tar": "names in it hold identities",
  "lib/apk/db/triggers": "lines of it begin with identities",
  proc: "the tarball was made with the kernel's /proc in its place",
  "var/cache/apk": "apk makes it when it needs it",
};

test("a root of the minirootfs's packages is the minirootfs, but for paths that a list explains", () => {
  const names = ["Alpine's", "tare's"] as const;
  const differences = compareRoots(folderRoot(original), folderRoot(made.folder), { names });
  expect(differences.map(({ path }) => path)).toEqual(Object.keys(explained).sort());
});

test("its database says what Alpine's says, but for identities and sizes of packages", () => {
  const plain = (root: string) =>
    read(root, "lib/apk/db/installed")
      .replace(/^[CSI]:.*$/gm, "")
      // Whose content Alpine's tarball has, but not Alpine's package.
      .replace(/(R:shadow\na:0:42:640\nZ:).*/, "$1");
  expect(plain(made.folder)).toBe(plain(original));
  expect(read(made.folder, "etc/apk/world")).toBe(read(original, "etc/apk/world"));
  const waiting = (root: string) => read(root, "lib/apk/db/triggers").replace(/^Q1\S+/gm, "");
  expect(waiting(made.folder)).toBe(waiting(original));
});

test("no script of it is left to anybody", () => {
  const verdicts = made.root.coverage.map((one) => [`${one.package} ${one.script}`, one.verdict]);
  expect(Object.fromEntries(verdicts)).toEqual({
    "busybox post-install": "handled",
    "busybox trigger": "handled",
    "busybox post-upgrade": "harmless",
    "alpine-baselayout pre-install": "harmless",
    "alpine-baselayout post-install": "harmless",
    "alpine-baselayout pre-upgrade": "harmless",
    "alpine-baselayout post-upgrade": "harmless",
  });
});

test("the real apk finds every package and every file as it should be", async () => {
  const { must } = await withApk("audited");
  const versions = real.packages.map(({ name, version }) => `${name}-${version}\n`).join("");
  expect(await must("info", "-v")).toBe(versions);
  expect(await must("audit", "--system", "--check-permissions")).toBe("");
  expect(await must("info", "--who-owns", "/bin/busybox", "/lib/libz.so.1")).toBe(
    "/bin/busybox is owned by busybox-1.35.0-r31\n/lib/libz.so.1 is owned by zlib-1.2.13-r0\n",
  );
  expect(await must("info", "-L", "musl")).toBe(
    "musl-1.2.3-r5 contains:\nlib/ld-musl-x86_64.so.1\nlib/libc.musl-x86_64.so.1\n\n",
  );
});

test("the real apk believes the packages that the kit packs, signed with its key", async () => {
  const { root, run, must } = await withApk("verified");
  const [zlib] = real.packages.filter(({ name }) => name === "zlib");
  await writeFile(join(root, "zlib.apk"), apkOf(zlib as (typeof real.packages)[number], signer));
  expect((await run("verify", "zlib.apk")).code).not.toBe(0);
  await writeFile(join(root, "etc/apk/keys", signer.name), signer.publicPem);
  expect(await must("verify", "zlib.apk")).toContain("zlib.apk: 0 - OK");
});

test("the real apk installs more into it, runs its scripts, and takes it away again", async () => {
  const { root, must } = await withApk("extended");
  const more = apkOf({
    name: "more",
    depends: ["so:libz.so.1", "cmd:apk", "/bin/sh", "busybox~1.35"],
    files: { "usr/bin/more-of-it": { content: "#!/bin/sh\necho more\n", mode: 0o755 } },
    scripts: {
      "post-install": '#!/bin/sh\necho "$1" >/etc/more\n',
      "post-deinstall": "#!/bin/sh\nrm /etc/more\n",
    },
  });
  await writeFile(join(root, "more.apk"), more);
  await must("add", "--allow-untrusted", "./more.apk");
  expect(read(root, "etc/more")).toBe("1.0-r0\n");
  expect(read(root, "etc/apk/world")).toContain("more");
  expect(await mustRun("chroot", [root, "more-of-it"])).toBe("more\n");
  await must("del", "more");
  await must("del", "libc-utils");
  expect(await must("audit", "--system")).toBe("");
  const left = await must("info");
  expect(left).not.toContain("more");
  expect(left).not.toContain("musl-utils");
});

test("it runs in runc and in bubblewrap", async (context) => {
  needsPeers(context, "runc", "bwrap");
  const command = ["/bin/busybox", "sh", "-c", "id -u && ls /etc/apk/world && apk info -e musl"];
  const { code, stdout } = await runInRunc(made.folder, command);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "0\n/etc/apk/world\nmusl\n" });
  const box = ["--ro-bind", made.folder, "/", "--proc", "/proc", "--dev", "/dev", "--unshare-all"];
  expect(await mustRun("bwrap", [...box, ...command])).toBe(stdout);
});
