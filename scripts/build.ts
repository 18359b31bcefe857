/**
 * Builds the published package into dist/: the command, the library, their types, and the licences of what is bundled.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "esbuild";
import { inChunks } from "./bundle.ts";
import { joinChunks } from "./join-chunks.ts";
import { licencesOf } from "./licences.ts";

process.chdir(`${import.meta.dirname}/..`);
rmSync("dist", { recursive: true, force: true });

const { metafile } = await build({
  ...inChunks,
  entryPoints: { cli: "src/cli/main.js", index: "src/index.ts" },
  outdir: "dist",
});
await joinChunks(resolve("dist"), metafile.outputs, {
  start: "src/cli/start.ts",
  library: "src/index.ts",
  before: ["src/cli/main.js", "src/version.ts", "src/cli/run.ts"],
});
chmodSync("dist/cli.js", 0o755);
writeFileSync("dist/THIRD-PARTY-LICENSES", licencesOf(metafile));
execFileSync("tsc", ["-p", "scripts/tsconfig.types.json"], { stdio: "inherit" });
