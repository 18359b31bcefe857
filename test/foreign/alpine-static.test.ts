import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readElf } from "../../src/formats/elf.ts";
import { readMinirootfs } from "../kit/apk-minirootfs.ts";
import { apkSigner } from "../kit/apk-package.ts";
import { apkRepository } from "../kit/apk-repository.ts";
import { mustRun } from "../kit/command.ts";
import { findPeer, needsPeers, needsRoot } from "../kit/peers.ts";
import { serveFiles } from "../kit/serve.ts";
import { withFolder } from "../kit/temporary.ts";

const main = join(import.meta.dirname, "../../src/cli/main.js");

test("Alpine's userland and a static program of somebody else: both run, in runc and in bubblewrap", async (context) => {
  needsRoot(context);
  needsPeers(context, "busybox", "runc", "bwrap");
  const program = findPeer("busybox") as string;
  // Debian's: a program for glibc that needs nothing of it.
  const bytes = await readFile(program);
  const facts = readElf((at, length) => bytes.subarray(at, at + length));
  if (facts?.interpreter !== undefined) context.skip("this busybox is not static");
  await withFolder(async (folder) => {
    const { packages } = await readMinirootfs();
    const signer = apkSigner();
    const server = await serveFiles(apkRepository(packages, { signer }));
    try {
      await writeFile(join(folder, signer.name), signer.publicPem);
      await copyFile(program, join(folder, "app"));
      await mkdir(join(folder, "tool-1.0"));
      await copyFile(program, join(folder, "tool-1.0/busybox"));
      await mustRun("tar", ["--create", "--gzip", "--file", "tool.tar.gz", "tool-1.0"], { cwd: folder });
      const said = [
        "/srv/tool/busybox | /bin/busybox head -n 1",
        "/bin/busybox | /srv/tool/busybox head -n 1",
        "apk info -e musl && cat /etc/alpine-app",
      ];
      const recipe = {
        name: "mixed",
        platforms: ["linux/amd64"],
        packages: [
          {
            from: "alpine",
            repositories: [{ url: server.url }],
            keyring: [signer.name],
            include: ["alpine-baselayout", "apk-tools", "busybox>1"],
          },
          { from: "tarball", file: "tool.tar.gz", "strip-components": 1, to: "/srv/tool" },
        ],
        files: [
          { from: "app", to: "/usr/local/bin/ash", mode: "0755" },
          { to: "/etc/alpine-app", text: "an app\n" },
        ],
        config: { cmd: ["/usr/local/bin/ash", "-c", said.join("; ")] },
        to: ["oci:image"],
      };
      await writeFile(join(folder, "tare.yaml"), JSON.stringify(recipe));
      const options = { cwd: folder, env: { TARE_STORE: join(folder, "store") } };
      await mustRun(process.execPath, [main, "build"], options);
      for (const runtime of ["runc", "bwrap"]) {
        const out = await mustRun(process.execPath, [main, "run", "--with", runtime, "oci:image"], options);
        const [theirs, alpines, ...rest] = out.split("\n");
        expect(theirs, runtime).toMatch(/^BusyBox v.* \(Debian /);
        expect(alpines, runtime).toMatch(/^BusyBox v1\.35\.0 \(2/);
        expect(rest, runtime).toEqual(["musl", "an app", ""]);
      }
    } finally {
      await server.close();
    }
  });
}, 120_000);
