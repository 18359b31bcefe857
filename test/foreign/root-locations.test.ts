import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, type TestContext, test } from "vitest";
import { mustRun } from "../kit/command.ts";
import { compareRoots } from "../kit/compare-roots.ts";
import { folderRoot } from "../kit/folder-root.ts";
import { runInNspawn } from "../kit/nspawn.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

const minirootfs = resolve(
  import.meta.dirname,
  "../../../shared/fixtures/alpine/alpine-minirootfs-3.17.10-x86_64.tar.gz",
);
const release = "3.17.10\n";

/** Alpine as an image in `oci:image:1`, with something to say of it. */
async function withAlpine(context: TestContext, work: (folder: string) => Promise<void>): Promise<void> {
  if (!existsSync(minirootfs)) context.skip("the Alpine fixture is not beside this checkout");
  await withFolder(async (folder) => {
    const changes = ["-c", "ENV A=1", "-c", 'CMD ["/bin/sh"]'];
    await tare(folder, [
      "import",
      minirootfs,
      "registry.example/team/alpine:3",
      ...changes,
      "--to",
      "oci:image:1",
    ]);
    await work(folder);
  });
}

async function tare(folder: string, line: readonly string[]): Promise<string> {
  const { code, out, notes } = await runTare(line, { folder });
  expect([code, notes]).toEqual([0, expect.anything()]);
  return out;
}

async function unpacked(folder: string, tarball: string, name: string): Promise<string> {
  const root = join(folder, name);
  await mkdir(root);
  await mustRun("tar", ["-xpf", tarball, "--numeric-owner", "-C", root], { cwd: folder });
  return root;
}

test("systemd-nspawn runs what nspawn: wrote, of every compression, and sha256sum agrees on its sums", async (context) => {
  needsPeers(context, "tar", "zstd", "sha256sum", "systemd-nspawn");
  needsRoot(context);
  await withAlpine(context, async (folder) => {
    const plain = await unpacked(folder, minirootfs, "theirs");
    for (const ending of ["tar", "tar.gz", "tar.zst"]) {
      await tare(folder, ["copy", "oci:image:1", `nspawn:alpine.${ending}`]);
      const root = await unpacked(folder, `alpine.${ending}`, ending);
      expect(await compareRoots(folderRoot(root), folderRoot(plain), { names: ["ours", "theirs"] })).toEqual(
        [],
      );
      const ran = await runInNspawn(root, ["/bin/cat", "/etc/alpine-release"]);
      expect(ran).toMatchObject({ code: 0, stdout: release });
    }
    const checked = await mustRun("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: folder });
    expect(checked).toBe("alpine.tar: OK\nalpine.tar.gz: OK\nalpine.tar.zst: OK\n");
  });
});

test("tar and bsdtar list what wsl: wrote, and systemd-nspawn runs it", async (context) => {
  needsPeers(context, "tar", "bsdtar", "systemd-nspawn");
  needsRoot(context);
  await withAlpine(context, async (folder) => {
    await tare(folder, ["copy", "oci:image:1", "wsl:alpine.wsl"]);
    const root = await unpacked(folder, "alpine.wsl", "root");
    expect(await runInNspawn(root, ["/bin/cat", "/etc/alpine-release"])).toMatchObject({ stdout: release });
    expect(await readFile(join(root, "etc/wsl-distribution.conf"), "utf8")).toBe(
      "[oobe]\ndefaultName = alpine\n",
    );
    const listed = await mustRun("bsdtar", ["-tf", "alpine.wsl"], { cwd: folder });
    expect(listed.endsWith("etc/wsl-distribution.conf\n")).toBe(true);
  });
});

test("tar and bsdtar read what incus: wrote, systemd-nspawn runs its rootfs, and tare takes back what GNU tar made of it", async (context) => {
  needsPeers(context, "tar", "bsdtar", "xz", "systemd-nspawn");
  needsRoot(context);
  await withAlpine(context, async (folder) => {
    await tare(folder, ["copy", "oci:image:1", "incus:alpine.tar.gz"]);
    const pod = await unpacked(folder, "alpine.tar.gz", "pod");
    const ran = await runInNspawn(join(pod, "rootfs"), ["/bin/cat", "/etc/alpine-release"]);
    expect(ran).toMatchObject({ code: 0, stdout: release });
    const listed = await mustRun("bsdtar", ["-tf", "alpine.tar.gz"], { cwd: folder });
    expect(listed.startsWith("metadata.yaml\nrootfs/\n")).toBe(true);
    const metadata = await mustRun("tar", ["-xOf", "alpine.tar.gz", "metadata.yaml"], { cwd: folder });
    for (const line of ["description: Alpine Linux v3.17", "os: alpine", "release: 3.17.10"])
      expect(metadata.replaceAll('"', "")).toContain(`  ${line}\n`);
    await mustRun("tar", ["-cJf", "../again.tar.xz", "--numeric-owner", "."], { cwd: pod });
    await tare(folder, ["copy", "incus:again.tar.xz", "tar:again.tar"]);
    const root = await unpacked(folder, "again.tar", "again");
    const names = ["ours", "theirs"] as const;
    expect(compareRoots(folderRoot(root), folderRoot(join(pod, "rootfs")), { names })).toEqual([]);
  });
});
