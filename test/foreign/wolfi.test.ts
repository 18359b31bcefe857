import { mkdir, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readMinirootfs } from "../kit/apk-minirootfs.ts";
import { type ApkData, type ApkFile, apkIndexOf, apkSigner, builtApk } from "../kit/apk-package.ts";
import { mustRun, runCommand } from "../kit/command.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { runInRunc } from "../kit/runc.ts";
import { serveFiles } from "../kit/serve.ts";
import { withFolder } from "../kit/temporary.ts";

const main = join(import.meta.dirname, "../../src/cli/main.js");

/** What Wolfi's own layout has: one folder for programs and one for libraries, and links to them. */
const merged: Readonly<Record<string, ApkFile>> = {
  "usr/bin/": {},
  "usr/lib/": {},
  "usr/local/lib/": {},
  "var/": {},
  "run/lock/": {},
  "tmp/": { mode: 0o1777 },
  "root/": { mode: 0o700 },
  bin: { link: "usr/bin" },
  sbin: { link: "usr/bin" },
  "usr/sbin": { link: "bin" },
  lib: { link: "usr/lib" },
  lib64: { link: "usr/lib" },
  "usr/lib64": { link: "lib" },
  "usr/local/lib64": { link: "lib" },
  "var/run": { link: "../run" },
  "var/lock": { link: "../run/lock" },
};
const needs = ["merged-bin", "merged-sbin", "merged-usrsbin", "wolfi-baselayout"];

/** Alpine's packages as Wolfi would have built them: all below `usr`, and no scripts but busybox's trigger. */
async function wolfiPackages(): Promise<ApkData[]> {
  const { packages } = await readMinirootfs();
  const moved = (path: string) =>
    path.replace(/^(?:usr\/)?s?bin\//, "usr/bin/").replace(/^lib\//, "usr/lib/");
  const etc = packages.find(({ name }) => name === "alpine-baselayout-data")?.files ?? {};
  const files = (data: ApkData) =>
    Object.fromEntries(
      Object.entries(data.files ?? {})
        // Alpine has links from one folder of libraries to the other.
        .filter(
          ([path]) =>
            !path.endsWith("/") && !(path in merged) && !/^usr\/lib\/lib(?:crypto|ssl)\./.test(path),
        )
        .map(([path, file]) => [moved(path), file]),
    );
  return [
    {
      name: "wolfi-baselayout",
      version: "20230201-r29",
      provides: ["merged-bin", "merged-sbin", "merged-usrsbin", "merged-lib"].map((name) => `${name}=1`),
      files: { ...merged, ...etc, "etc/shadow": { content: "root:*:0:0:::::\n", mode: 0 } },
    },
    ...packages
      .filter(({ name }) => !name.startsWith("alpine-"))
      .map((data) => ({
        ...data,
        depends: [...(data.depends ?? []).filter((one) => one !== "busybox-binsh"), ...needs],
        triggers: data.name === "busybox" ? ["/bin", "/sbin", "/usr/bin", "/usr/sbin"] : [],
        scripts:
          data.name === "busybox"
            ? { trigger: "#!/usr/bin/busybox sh\n/usr/bin/busybox --install -s\n" }
            : {},
        files: files(data),
      })),
    { name: "more", depends: ["cmd:apk", "so:libz.so.1", ...needs], files: { "usr/bin/more-of-it": "1" } },
  ];
}

test("packages built as Wolfi's are, all below /usr, make a root that runs, audits and takes more", async (context) => {
  needsRoot(context);
  needsPeers(context, "chroot", "runc");
  await withFolder(async (folder) => {
    const signer = apkSigner("wolfi-signing.rsa.pub");
    const built = (await wolfiPackages()).map((data) => ({ data, ...builtApk(data, signer) }));
    const stanzas = built.map(({ stanza }) => stanza);
    const paths = built.map(
      ({ data, bytes }) => [`os/x86_64/${data.name}-${data.version ?? "1.0-r0"}.apk`, bytes] as const,
    );
    const index = apkIndexOf(stanzas, signer, "sha256");
    const server = await serveFiles(new Map([...paths, ["os/x86_64/APKINDEX.tar.gz", index]]));
    const root = join(folder, "root");
    try {
      await writeFile(join(folder, signer.name), signer.publicPem);
      const recipe = {
        name: "wolfi",
        platforms: ["linux/amd64"],
        packages: [
          {
            from: "wolfi",
            repositories: [{ url: `${server.url}/os`, keyring: signer.name, keys: [signer.fingerprint] }],
            include: ["wolfi-baselayout", "busybox", "apk-tools"],
          },
        ],
        files: [
          { to: "/etc/apk/repositories", text: `${server.url}/os\n` },
          { from: signer.name, to: `/etc/apk/keys/${signer.name}` },
        ],
        to: ["tar:root.tar"],
      };
      await writeFile(join(folder, "tare.yaml"), JSON.stringify(recipe));
      const said = await mustRun(process.execPath, [main, "build", "--json"], {
        cwd: folder,
        env: { TARE_STORE: join(folder, "store") },
      });
      expect(said).not.toContain("needs-you");
      await mkdir(root);
      await mustRun("tar", ["--extract", "--file", join(folder, "root.tar"), "--directory", root, "-p"]);
      expect(await readlink(join(root, "lib"))).toBe("usr/lib");
      expect(await readlink(join(root, "usr/bin/ifconfig"))).toBe("/usr/bin/busybox");
      expect(await readFile(join(root, "usr/lib/apk/db/installed"), "utf8")).toContain(
        "P:wolfi-baselayout\n",
      );

      const { stdout } = await runInRunc(root, ["/bin/sh", "-c", "id -un; apk info -e musl 2>&1"]);
      expect(stdout).toBe("root\nmusl\n");
      const apk = (...args: string[]) => runCommand("chroot", [root, "/sbin/apk", "--no-cache", ...args]);
      expect(await apk("audit", "--system")).toEqual({ code: 0, stdout: "", stderr: "" });
      const added = await apk("add", "more");
      expect({ code: added.code, stderr: added.stderr }).toEqual({ code: 0, stderr: "" });
      expect((await apk("info", "--who-owns", "/usr/bin/more-of-it")).stdout).toContain("more-1.0-r0");
      expect((await apk("del", "more", "apk-tools")).code).toBe(0);
    } finally {
      await server.close();
    }
  });
}, 120_000);
