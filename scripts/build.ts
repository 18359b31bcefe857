/**
 * Builds the published package into dist/: the command, the library, their types, and the licences
 * of what is bundled. Parts that a command does not need stay in chunks of their own and are not loaded.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { bundling } from "./bundle.ts";
import { licencesOf } from "./licences.ts";

process.chdir(`${import.meta.dirname}/..`);
rmSync("dist", { recursive: true, force: true });

const { metafile } = await build({
  ...bundling,
  entryPoints: { cli: "src/cli/main.ts", index: "src/index.ts" },
  outdir: "dist",
  splitting: true,
  format: "esm",
  // openpgp stays a dependency of its own: users get its fixes without waiting for us, and its licence (LGPL) wants it
  // replaceable. node-liblzma is native and optional.
  external: ["openpgp", "node-liblzma"],
  // Bundled CommonJS asks for Node's own modules with require, which an ES module has not.
  banner: {
    js: `import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);`,
  },
});
chmodSync("dist/cli.js", 0o755);
writeFileSync("dist/THIRD-PARTY-LICENSES", licencesOf(metafile));
execFileSync("tsc", ["-p", "scripts/tsconfig.types.json"], { stdio: "inherit" });
