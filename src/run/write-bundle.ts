import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Container, HostUser } from "./container.ts";

/** What docker leaves to root in a container. */
const capabilities: readonly string[] = [
  ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"],
  ...["NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"],
].map((name) => `CAP_${name}`);

/** Files of /proc that tell of the machine, or change it, as docker keeps them away. */
const masked = ["acpi", "kcore", "keys", "latency_stats", "sched_debug", "scsi", "timer_list", "timer_stats"];
export const readOnlyOfProc: readonly string[] = ["bus", "fs", "irq", "sys", "sysrq-trigger"];

/**
 * Makes an OCI runtime bundle (runtime-spec, config.md), which runc, crun and systemd-nspawn read. Without root it has
 * one user only: the container's, who is the host's. Returns its folder.
 */
export async function writeBundle(container: Container, { uid, gid }: HostUser): Promise<string> {
  const { root, scratch, args, env, workdir, user, network, mounts, terminal } = container;
  const rootless = uid !== 0;
  const bundle = join(scratch, "bundle");
  await mkdir(bundle);
  const namespaces = ["pid", "ipc", "uts", "mount", "cgroup"];
  if (network === "none") namespaces.push("network");
  if (rootless) namespaces.push("user");
  const only = (containerID: number, hostID: number) => [{ containerID, hostID, size: 1 }];
  const allowed = user.uid === 0 ? capabilities : [];
  const config = {
    ociVersion: "1.0.0",
    process: {
      terminal,
      args,
      env,
      cwd: workdir,
      noNewPrivileges: true,
      user: { uid: user.uid, gid: user.gid, ...(!rootless && { additionalGids: user.groups }) },
      capabilities: { bounding: allowed, effective: allowed, permitted: allowed },
    },
    root: { path: root, readonly: false },
    hostname: "tare",
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755"] },
      {
        destination: "/dev/pts",
        type: "devpts",
        source: "devpts",
        options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"],
      },
      { destination: "/dev/shm", type: "tmpfs", source: "shm", options: ["nosuid", "nodev", "mode=1777"] },
      ...mounts.map(({ from, to, readOnly }) => ({
        destination: to,
        type: "bind",
        source: from,
        options: ["rbind", ...(readOnly ? ["ro"] : [])],
      })),
    ],
    linux: {
      namespaces: namespaces.map((type) => ({ type })),
      ...(rootless && { uidMappings: only(user.uid, uid), gidMappings: only(user.gid, gid) }),
      maskedPaths: masked.map((name) => `/proc/${name}`),
      readonlyPaths: readOnlyOfProc.map((name) => `/proc/${name}`),
    },
  };
  await writeFile(join(bundle, "config.json"), JSON.stringify(config));
  return bundle;
}
