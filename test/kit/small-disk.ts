import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import type { TestContext } from "vitest";
import { needsPeers, needsRoot } from "./peers.ts";

/** Runs `use` while `folder` is a small disk of its own; skips the test where that cannot be. */
export async function onSmallDisk(
  context: TestContext,
  folder: string,
  kilobytes: number,
  use: () => Promise<void>,
) {
  needsRoot(context);
  needsPeers(context, "mount", "umount");
  await mkdir(folder, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tare-test", folder], {
      stdio: "pipe",
    });
  } catch {
    context.skip("no tmpfs can be mounted here");
  }
  try {
    await use();
  } finally {
    execFileSync("umount", [folder]);
  }
}
