import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/**
 * Serves this machine's npm registry from loopback while `work` runs, and from the folder what was asked for before. A
 * process of its own, since a bench that waits for a program serves nobody.
 */
export async function withNpmMirror(folder: string, work: (url: string) => Promise<void>): Promise<void> {
  mkdirSync(folder);
  const script = join(import.meta.dirname, "serve-npm.ts");
  const server = spawn(process.execPath, [script, folder], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const [url] = await once(createInterface(server.stdout), "line");
    await work(url);
  } finally {
    server.stdin.end();
  }
}
