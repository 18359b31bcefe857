import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readMinirootfs } from "../kit/apk-minirootfs.ts";
import { apkSigner } from "../kit/apk-package.ts";
import { apkRepository } from "../kit/apk-repository.ts";
import { mustRun, runCommand } from "../kit/command.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { runInRunc } from "../kit/runc.ts";
import { serveFiles } from "../kit/serve.ts";
import { withFolder } from "../kit/temporary.ts";

const main = join(import.meta.dirname, "../../src/cli/main.js");

test("an image of Alpine's packages, from a signed repository through the command line, runs", async (context) => {
  needsRoot(context);
  needsPeers(context, "runc");
  await withFolder(async (folder) => {
    const { packages } = await readMinirootfs();
    const signer = apkSigner();
    const server = await serveFiles(apkRepository(packages, { signer, architectures: ["x86_64"] }));
    try {
      await mkdir(join(folder, "keys"));
      await writeFile(join(folder, "keys", signer.name), signer.publicPem);
      const item = {
        from: "alpine",
        repositories: [{ url: server.url }],
        keyring: ["keys"],
        keys: [signer.fingerprint],
        include: ["alpine-baselayout", "apk-tools", "busybox"],
      };
      const recipe = { name: "small", platforms: ["linux/amd64"], packages: [item], to: ["tar:root.tar"] };
      await writeFile(join(folder, "tare.yaml"), JSON.stringify(recipe));
      await mustRun(process.execPath, [main, "build"], {
        cwd: folder,
        env: { TARE_STORE: join(folder, "store") },
      });
    } finally {
      await server.close();
    }
    const root = join(folder, "root");
    await mkdir(root);
    await mustRun("tar", ["--extract", "--file", join(folder, "root.tar"), "--directory", root]);
    const script =
      "apk info -e ssl_client musl-utils zlib; cat /etc/apk/world; apk audit --system; id -un; wget 2>&1";
    const { stdout } = await runInRunc(root, ["/bin/sh", "-c", script]);
    expect(stdout).toMatch(
      /^ssl_client\nzlib\nalpine-baselayout\napk-tools\nbusybox\nroot\nBusyBox v1\.35\.0/,
    );
  });
}, 120_000);

test("in an image whose recipe writes repositories, the real apk adds packages, and keeps to versions that were asked for", async (context) => {
  needsRoot(context);
  needsPeers(context, "chroot");
  await withFolder(async (folder) => {
    const { packages } = await readMinirootfs();
    const signer = apkSigner();
    const tool = (version: string) => ({ name: "tool", version, provides: [`cmd:tool=${version}`] });
    const main1 = [...packages, tool("1.0-r0"), tool("2.0-r0"), { name: "more", depends: ["tool"] }];
    const server = await serveFiles(
      new Map([
        ...[...apkRepository(main1, { signer })].map(([path, bytes]) => [`main/${path}`, bytes] as const),
        ...[...apkRepository([{ name: "next" }], { signer })].map(
          ([path, bytes]) => [`edge/${path}`, bytes] as const,
        ),
      ]),
    );
    const root = join(folder, "root");
    const apk = (...args: string[]) => runCommand("chroot", [root, "/sbin/apk", "--no-cache", ...args]);
    try {
      await writeFile(join(folder, signer.name), signer.publicPem);
      const item = {
        from: "alpine",
        repositories: [{ url: `${server.url}/main` }, { url: `${server.url}/edge`, tag: "edge" }],
        keyring: [signer.name],
        include: ["alpine-baselayout", "apk-tools>2", "so:libz.so.1", "next@edge>=1", "tool<2"],
      };
      const files = [
        { to: "/etc/apk/repositories", text: `${server.url}/main\n` },
        { from: signer.name, to: `/etc/apk/keys/${signer.name}` },
      ];
      const recipe = {
        name: "small",
        platforms: ["linux/amd64"],
        packages: [item],
        files,
        to: ["tar:root.tar"],
      };
      await writeFile(join(folder, "tare.yaml"), JSON.stringify(recipe));
      await mustRun(process.execPath, [main, "build"], {
        cwd: folder,
        env: { TARE_STORE: join(folder, "store") },
      });
      await mkdir(root);
      await mustRun("tar", ["--extract", "--file", join(folder, "root.tar"), "--directory", root]);
      const world = "alpine-baselayout\napk-tools>2\nnext>=1\nso:libz.so.1\ntool<2\n";
      expect(await readFile(join(root, "etc/apk/world"), "utf8")).toBe(world);
      for (const change of [["fix"], ["upgrade"], ["add", "more"], ["upgrade"]]) {
        const { code, stdout, stderr } = await apk(...change);
        expect({ change, code, stderr }).toEqual({ change, code: 0, stderr: "" });
        expect(stdout).not.toContain("tool");
      }
      expect((await apk("list", "--installed", "tool")).stdout).toContain("tool-1.0-r0");
      expect((await apk("del", "more")).code).toBe(0);
      expect(await readFile(join(root, "etc/apk/world"), "utf8")).toBe(world);
      const newer = await apk("add", "tool>1.5");
      expect(newer.stdout).toContain("Upgrading tool (1.0-r0 -> 2.0-r0)");
    } finally {
      await server.close();
    }
  });
}, 120_000);
