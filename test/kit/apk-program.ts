import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { minirootfs } from "./apk-fixtures.ts";

const run = promisify(execFile);

/** The real apk, in a root of its own. */
export interface ApkProgram {
  /** Where its root lies on the host. */
  readonly root: string;
  /** Its output and errors together; `code` is its exit status. */
  run(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }>;
}

/** Unpacks Alpine's minirootfs; needs root, for chroot. */
export async function apkProgram(folder: string): Promise<ApkProgram> {
  const root = join(folder, "peer");
  await mkdir(root);
  await run("tar", ["-xzf", minirootfs, "-C", root]);
  return {
    root,
    async run(...args) {
      try {
        const { stdout, stderr } = await run("chroot", [root, "/sbin/apk", ...args]);
        return { code: 0, text: stdout + stderr };
      } catch (cause) {
        const { code, stdout, stderr } = cause as { code: number; stdout: string; stderr: string };
        return { code, text: `${stdout ?? ""}${stderr ?? ""}` };
      }
    },
  };
}

/** Puts a repository where the real apk finds it: `/name` of its root. */
export async function placeRepository(
  { root }: ApkProgram,
  name: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  for (const [path, bytes] of files) {
    const file = join(root, name, path);
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(file, bytes);
  }
}
