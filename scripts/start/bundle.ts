import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asRoot } from "./program.ts";
import type { ToStart } from "./started.ts";

/** An OCI runtime bundle, which runc and systemd-nspawn read. Returns its folder. */
export function writeBundle({ root, scratch, command, env, workdir, user, volumes = [] }: ToStart): string {
  const bundle = join(scratch, "bundle");
  mkdirSync(bundle);
  const namespaces = ["pid", "ipc", "uts", "mount", "network", "cgroup", ...(asRoot ? [] : ["user"])];
  const mapping = (hostID: number) => [{ containerID: 0, hostID, size: 1 }];
  const maps = asRoot
    ? {}
    : {
        uidMappings: mapping(process.getuid?.() as number),
        gidMappings: mapping(process.getgid?.() as number),
      };
  // Root of a container may listen on port 80, as docker lets it; nothing more is needed.
  const ports = user.uid === 0 ? ["CAP_NET_BIND_SERVICE"] : [];
  const capabilities = { bounding: ports, effective: ports, permitted: ports };
  const config = {
    ociVersion: "1.0.0",
    process: { terminal: false, user, args: command, env, cwd: workdir, noNewPrivileges: true, capabilities },
    root: { path: root, readonly: false },
    hostname: "tare",
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755"] },
      ...volumes.map(({ from, to }) => ({
        destination: to,
        type: "bind",
        source: from,
        options: ["rbind"],
      })),
    ],
    linux: { namespaces: namespaces.map((type) => ({ type })), ...maps },
  };
  writeFileSync(join(bundle, "config.json"), JSON.stringify(config));
  return bundle;
}
