import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readMinirootfs } from "../kit/apk-minirootfs.ts";
import { apkSigner } from "../kit/apk-package.ts";
import { apkRepository } from "../kit/apk-repository.ts";
import { mustRun } from "../kit/command.ts";
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
