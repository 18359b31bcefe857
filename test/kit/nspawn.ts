import { type Ran, runCommand } from "./command.ts";

/** Runs a command in a root filesystem with systemd-nspawn (needs root): no network, nothing of the host copied in. */
export function runInNspawn(rootfs: string, argv: readonly string[]): Promise<Ran> {
  const quiet = ["--quiet", "--register=no", "--keep-unit", "--console=pipe", "--private-network"];
  const untouched = ["--resolv-conf=off", "--timezone=off", "--link-journal=no"];
  return runCommand("systemd-nspawn", [...quiet, ...untouched, "--directory", rootfs, "--", ...argv]);
}
