// biome-ignore-all lint/suspicious/noTemplateCurlyInString: instructions write their variables so
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openImage } from "../../src/images/open.ts";
import type { Image } from "../../src/model/image.ts";
import { mustRun, type Ran, runCommand } from "../kit/command.ts";
import { type Docker, dockerdPeers, withDockerd } from "../kit/dockerd.ts";
import { entriesOf } from "../kit/images.ts";
import { runInNspawn } from "../kit/nspawn.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { runInRunc } from "../kit/runc.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

/** Alpine's own root file system, as its project publishes it. */
const minirootfs = resolve(
  import.meta.dirname,
  "../../../shared/fixtures/alpine/alpine-minirootfs-3.17.10-x86_64.tar.gz",
);
const release = "3.17.10\n";
/** Daemons take their time on a busy machine. */
const slow = { timeout: 180_000 };

beforeEach((context) => {
  if (!existsSync(minirootfs)) context.skip("the Alpine fixture is not beside this checkout");
});

async function imported(folder: string, ...args: string[]) {
  const { code, out, notes } = await runTare(["import", "--json", ...args], { folder });
  expect([code, notes]).toEqual([0, []]);
  return JSON.parse(out) as { layer: { diffId: string; digest: string }; digest: string };
}

/** Every kind of instruction, and docker's quoting at its oddest. */
const changes = [
  'CMD ["/bin/sh", "-c", "echo hi"]',
  'ENTRYPOINT ["/bin/busybox", "env"]',
  "ENV PATH=/bin:/usr/bin",
  "ENV A=1 B=\"two words\" C='sin gle' D=back\\ slash",
  "ENV OLD the rest of the line",
  "ENV E=${A}2 F=${NONE:-fall} G=\\$A H='$A'",
  'ENV QUOTED="a \\"b\\" c"',
  "EXPOSE 80 443/tcp 53/udp",
  "EXPOSE 8000-8002",
  "HEALTHCHECK --interval=5s --timeout=1m30s --start-period=2s --retries=4 CMD cat /etc/motd",
  'LABEL one=1 "two words"="a b" three=\'$A\'',
  "LABEL multi=a\\ b",
  "LABEL old style label",
  "ONBUILD RUN echo later",
  "ONBUILD COPY a b",
  "STOPSIGNAL SIGQUIT",
  "STOPSIGNAL 9",
  "USER nobody:nobody",
  "USER $A",
  "VOLUME /data",
  'VOLUME ["/more", "/and more"]',
  "VOLUME /x /y",
  "WORKDIR /srv",
  "WORKDIR app/../web",
  "CMD echo $A in a shell",
  "ENTRYPOINT [\"single quotes do not count\", 'x']",
];

/** What neither takes. */
const refused = [
  "RUN true",
  "COPY a b",
  "FROM scratch",
  "NONSENSE x",
  "ENV lonely",
  "EXPOSE eighty",
  "HEALTHCHECK --interval=soon CMD true",
  "ONBUILD ONBUILD RUN x",
  "LABEL",
];

/** Without what docker writes for what nobody said. */
function said(config: Record<string, unknown>): Record<string, unknown> {
  const empty = (value: unknown) =>
    value === null ||
    value === "" ||
    value === false ||
    (typeof value === "object" && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(config).filter(([, value]) => !empty(value)));
}

type Inspect = (name: string, what: string) => Promise<never>;

function inspecting(docker: Docker): Inspect {
  return async (name, what) =>
    JSON.parse((await docker(["image", "inspect", "--format", `{{json ${what}}}`, name])).stdout) as never;
}

test(
  "docker import of the same makes the same diffID, and what tare makes runs in docker",
  slow,
  async (context) => {
    needsPeers(context, ...dockerdPeers, "xz", "bzip2", "gzip");
    needsRoot(context);
    await withFolder(async (folder) => {
      const tar = join(folder, "x.tar");
      await mustRun("sh", ["-c", `gzip -dc ${minirootfs} > x.tar && xz -0k x.tar && bzip2 -1k x.tar`], {
        cwd: folder,
      });
      const padded = join(folder, "padded.tar");
      await writeFile(padded, Buffer.concat([await readFile(tar), Buffer.alloc(20_480)]));
      await withDockerd(async (docker) => {
        const inspect = inspecting(docker);
        for (const file of [tar, `${tar}.xz`, `${tar}.bz2`, minirootfs, padded]) {
          expect(await docker(["import", file, "theirs"])).toMatchObject({ code: 0 });
          const { layer } = await imported(folder, file, "ours");
          expect([layer.diffId]).toEqual(await inspect("theirs", ".RootFS.Layers"));
          expect(await docker(["load", "--input", join(folder, "ours.tar")])).toMatchObject({ code: 0 });
          expect([layer.diffId]).toEqual(await inspect("ours", ".RootFS.Layers"));
        }
        expect(digestOf(await readFile(tar))).toBe((await imported(folder, tar, "ours")).layer.diffId);
        await imported(folder, minirootfs, "alpine:mini", "-c", 'CMD ["cat", "/etc/alpine-release"]');
        await docker(["load", "--input", join(folder, "alpine-mini.tar")]);
        const run = ["run", "--rm", "--network", "none", "alpine:mini"];
        expect(await docker(run)).toMatchObject({ code: 0, stdout: release });
      });
    });
  },
);

test(
  "docker import makes the same configuration of the same changes, one by one and all together",
  slow,
  async (context) => {
    needsPeers(context, ...dockerdPeers);
    needsRoot(context);
    await withFolder(async (folder) => {
      const tar = join(folder, "x.tar");
      await writeFile(
        tar,
        await collect(writeTar(entriesOf({ "etc/": {}, "etc/motd": "hi" })), 1 << 20, "a tar"),
      );
      await withDockerd(async (docker) => {
        const inspect = inspecting(docker);
        const flags: string[] = [];
        for (const change of changes) {
          const flag = ["--change", change];
          const theirs = await docker(["import", ...flag, tar, "theirs"]);
          // docker before 23 does not know it here.
          if (theirs.stderr.includes("stopsignal is not a valid change command")) continue;
          expect([change, theirs.code]).toEqual([change, 0]);
          flags.push(...flag);
          await imported(folder, ...flag, tar, "ours");
          const { config } = (await openImage(parseLocation(`docker-archive:${folder}/ours.tar`))) as Image;
          const expected = said(await inspect("theirs", ".Config"));
          expect([change, said({ ...config.config })]).toEqual([change, expected]);
        }
        for (const change of refused) {
          const flag = ["--change", change];
          expect([change, (await docker(["import", ...flag, tar, "theirs"])).code]).not.toEqual([change, 0]);
          const { code, notes } = await runTare(["import", ...flag, tar, "no"], { folder });
          expect([change, code, notes.length]).toEqual([change, 2, 1]);
        }
        expect(flags.length).toBeGreaterThan(40);
        const made = await docker(["import", ...flags, "--message", "hello", tar, "theirs"]);
        expect(made).toMatchObject({ code: 0 });
        await imported(folder, ...flags, "-m", "hello", tar, "ours");
        await docker(["load", "--input", join(folder, "ours.tar")]);
        const [ours, theirs] = [await inspect("ours", ".Config"), await inspect("theirs", ".Config")];
        expect(Object.keys(said(theirs)).length).toBeGreaterThanOrEqual(10);
        expect(said(ours)).toEqual(said(theirs));
        const history = async (name: string) =>
          (await docker(["history", "--format", "{{.Comment}}", name])).stdout;
        expect(await history("ours")).toBe(await history("theirs"));
      });
    });
  },
);

test(
  "umoci unpacks Alpine's root from it, which runs in runc and in systemd-nspawn; skopeo reads it",
  slow,
  async (context) => {
    needsPeers(context, "umoci", "skopeo", "runc", "systemd-nspawn");
    needsRoot(context);
    await withFolder(async (folder) => {
      const { digest, layer } = await imported(folder, minirootfs, "alpine", "--to", "oci:layout:1");
      expect(layer.digest).toBe(digestOf(await readFile(minirootfs)));
      const raw = await mustRun("skopeo", ["inspect", "--raw", `oci:${folder}/layout:1`]);
      expect(digestOf(raw)).toBe(digest);
      await mustRun("umoci", ["unpack", "--image", `${folder}/layout:1`, join(folder, "bundle")]);
      const root = join(folder, "bundle/rootfs");
      const argv = ["/bin/cat", "/etc/alpine-release"];
      expect(await runInRunc(root, argv)).toMatchObject({ code: 0, stdout: release });
      expect(await runInNspawn(root, argv)).toMatchObject({ code: 0, stdout: release });
    });
  },
);

test("podman loads it and runs it, normalised, and from a folder", slow, async (context) => {
  needsPeers(context, "podman", "runc", "tar");
  needsRoot(context);
  await withFolder(async (folder) => {
    const storage = ["--root", `${folder}/store`, "--runroot", `${folder}/run`, "--storage-driver", "vfs"];
    const podman = (...args: string[]): Promise<Ran> =>
      runCommand("podman", [...storage, "--cgroup-manager", "cgroupfs", "--runtime", "runc", ...args]);
    await mkdir(join(folder, "root"));
    await mustRun("tar", ["-C", join(folder, "root"), "-xpf", minirootfs]);
    const command = ["-c", "CMD cat /etc/alpine-release"];
    await imported(folder, ...command, minirootfs, "came");
    await imported(folder, ...command, minirootfs, "normal", "--normalise");
    await imported(folder, ...command, "root", "folder");
    const limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096"];
    for (const name of ["came", "normal", "folder"]) {
      expect(await podman("load", "-i", join(folder, `${name}.tar`))).toMatchObject({ code: 0 });
      const ran = await podman("run", "--rm", ...limits, "--network", "none", `docker.io/library/${name}`);
      expect([name, ran.code, ran.stdout]).toEqual([name, 0, release]);
    }
    await podman("rmi", "--all", "--force");
  });
});

test("normalised, it does not matter whether GNU tar, bsdtar or Python packed it", slow, async (context) => {
  needsPeers(context, "tar", "bsdtar", "python3");
  needsRoot(context);
  await withFolder(async (folder) => {
    const root = join(folder, "root");
    await mkdir(root);
    await mustRun("tar", ["-C", root, "-xpf", minirootfs]);
    const python =
      "import sys,os,tarfile\nwith tarfile.open('../python.tar','w',format=tarfile.PAX_FORMAT) as t:\n for n in reversed(os.listdir('.')): t.add(n)";
    await mustRun("sh", ["-c", "tar --format=gnu -cf ../gnu.tar *"], { cwd: root });
    await mustRun("sh", ["-c", "bsdtar --format=pax -cJf ../bsd.tar *"], { cwd: root });
    await mustRun("python3", ["-c", python], { cwd: root });
    const found = [];
    for (const name of ["gnu.tar", "bsd.tar", "python.tar", "root"])
      found.push((await imported(folder, name, "x", "--normalise")).digest);
    expect(new Set(found).size).toBe(1);
  });
});

test("what GNU tar stored sparse, umoci unpacks whole", slow, async (context) => {
  needsPeers(context, "tar", "truncate", "umoci");
  needsRoot(context);
  await withFolder(async (folder) => {
    const sh = (line: string) => mustRun("sh", ["-c", line], { cwd: folder });
    await sh("mkdir var; printf begin > var/disk; truncate -s 3000000 var/disk; printf end >> var/disk");
    for (const format of ["gnu", "pax"]) {
      await sh(`tar --format=${format} -cSzf ${format}.tgz var`);
      const options = ["--json", "--to", `oci:${format}`, `${format}.tgz`, "x"];
      const { code, out } = await runTare(["import", ...options], { folder });
      const { warnings } = JSON.parse(out) as { warnings: string[] };
      expect([code, warnings]).toEqual([0, [expect.stringContaining("/var/disk as GNU sparse files")]]);
      await sh(`umoci unpack --image ${format}:latest ${format}.bundle`);
      await sh(`cmp var/disk ${format}.bundle/rootfs/var/disk`);
    }
  });
});
