import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { TestContext } from "vitest";

/** Where a real program stands on this machine, or undefined. `scripts/peers.sh` installs them. */
export function findPeer(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  for (const folder of folders) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {}
  }
  return undefined;
}

/** Skips the test, with the reason, when one of the programs is not here. */
export function needsPeers(context: TestContext, ...names: string[]): void {
  const missing = names.filter((name) => findPeer(name) === undefined);
  if (missing.length > 0) context.skip(`not installed here: ${missing.join(", ")}`);
}

/** Skips the test, with the reason, when it does not run as root. */
export function needsRoot(context: TestContext): void {
  if (process.getuid?.() !== 0) context.skip("needs root");
}
