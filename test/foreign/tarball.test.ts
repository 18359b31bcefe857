import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../kit/command.ts";
import { findPeer } from "../kit/peers.ts";
import { runInRunc } from "../kit/runc.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

const alpine = join(
  import.meta.dirname,
  "../../../shared/fixtures/alpine/alpine-minirootfs-3.17.10-x86_64.tar.gz",
);

const able = process.getuid?.() === 0 && findPeer("runc") !== undefined && findPeer("tar") !== undefined;

test.skipIf(!able)("Alpine's own root and a folder, from a recipe, run in runc", async () => {
  await withFolder(async (folder) => {
    await copyFile(alpine, join(folder, "alpine.tar.gz"));
    await mkdir(join(folder, "app"));
    await writeFile(join(folder, "app/say"), "#!/bin/sh\ncat /etc/alpine-release; id -u\n", { mode: 0o755 });
    const recipe = {
      name: "alpine",
      platforms: ["linux/amd64"],
      packages: [
        { from: "tarball", file: "alpine.tar.gz" },
        { from: "directory", path: "app", to: "/app" },
      ],
      accounts: { "run-as": "guest" },
      config: { cmd: ["/app/say"] },
      to: ["tar:root.tar"],
    };
    await writeFile(join(folder, "tare.yaml"), JSON.stringify(recipe));
    expect(await runTare(["build", "--quiet"], { folder })).toMatchObject({ code: 0, notes: [] });
    const root = join(folder, "root");
    await mkdir(root);
    expect((await runCommand("tar", ["-xpf", join(folder, "root.tar"), "-C", root])).code).toBe(0);
    const ran = await runInRunc(root, ["/app/say"], { user: { uid: 405, gid: 100 } });
    expect(ran).toMatchObject({ code: 0, stdout: "3.17.10\n405\n" });
  });
});
