import { execFileSync } from "node:child_process";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** Builds tare as it is published and copies it below a folder, so that nobody builds another one under our feet. */
export function publishedTare(folder: string): readonly [node: string, script: string] {
  const root = join(import.meta.dirname, "../..");
  execFileSync(process.execPath, [join(root, "scripts/build.ts")], { stdio: "inherit" });
  cpSync(join(root, "dist"), join(folder, "dist"), { recursive: true });
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return [process.execPath, join(folder, "dist/cli.js")];
}
