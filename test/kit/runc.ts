import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Ran, runCommand } from "./command.ts";
import { withFolder } from "./temporary.ts";

export interface ContainerOptions {
  readonly env?: readonly string[];
  readonly cwd?: string;
  /** Numeric ids; 0 and 0 unless told. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Runs a command in a root filesystem with runc (needs root): no network, read-only, own namespaces. */
export function runInRunc(
  rootfs: string,
  argv: readonly string[],
  { env = [defaultPath], cwd = "/", user = { uid: 0, gid: 0 } }: ContainerOptions = {},
): Promise<Ran> {
  return withFolder(async (bundle) => {
    await writeFile(join(bundle, "config.json"), JSON.stringify(bundleConfig(rootfs, argv, env, cwd, user)));
    const state = join(bundle, "state");
    return runCommand("runc", ["--root", state, "run", "--bundle", bundle, `tare-${randomUUID()}`]);
  });
}

function bundleConfig(
  rootfs: string,
  args: readonly string[],
  env: readonly string[],
  cwd: string,
  user: { readonly uid: number; readonly gid: number },
) {
  return {
    ociVersion: "1.0.2",
    process: { terminal: false, user, args, env, cwd, noNewPrivileges: true },
    root: { path: rootfs, readonly: true },
    hostname: "tare",
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755"] },
    ],
    linux: { namespaces: ["pid", "ipc", "uts", "mount", "network"].map((type) => ({ type })) },
  };
}
