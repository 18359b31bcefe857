/**
 * `npm run build:sea [-- FILE]`: tare as one executable file with Node inside, for this machine's platform
 * (default: dist/tare). Licences of all that is in it go to FILE.licences.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { build } from "esbuild";
import { asOneScript } from "./bundle.ts";
import { licencesOf } from "./licences.ts";

const target = resolve(process.argv[2] ?? "dist/tare");
process.chdir(`${import.meta.dirname}/..`);
const workshop = mkdtempSync(join(tmpdir(), "tare-sea-"));
try {
  const script = join(workshop, "tare.cjs");
  const { metafile } = await build({
    ...asOneScript,
    entryPoints: ["scripts/single-file.ts"],
    outfile: script,
  });

  const blob = join(workshop, "tare.blob");
  const settings = join(workshop, "sea.json");
  writeFileSync(
    settings,
    JSON.stringify({ main: script, output: blob, disableExperimentalSEAWarning: true, useCodeCache: true }),
  );
  execFileSync(process.execPath, ["--experimental-sea-config", settings], {
    stdio: ["ignore", "ignore", "inherit"],
  });

  mkdirSync(dirname(target), { recursive: true });
  rmSync(target, { force: true });
  copyFileSync(process.execPath, target);
  const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";
  execFileSync("postject", [target, "NODE_SEA_BLOB", blob, "--sentinel-fuse", fuse], { stdio: "ignore" });
  chmodSync(target, 0o755);
  writeFileSync(`${target}.licences`, `${licencesOf(metafile)}\n${nodeLicence()}`);
} finally {
  rmSync(workshop, { recursive: true, force: true });
}

/** Node's own and those of what it is made of: beside the binary, or in the npm package that carries it. */
function nodeLicence(): string {
  const home = join(dirname(process.execPath), "..");
  const [file] = globSync([`${home}/LICENSE`, `${home}/node_modules/node-*/LICENSE`]);
  if (file === undefined) throw new Error(`no licence of Node.js below ${home}: npm ci brings it`);
  return `Node.js ${process.versions.node}\n${"-".repeat(72)}\n${readFileSync(file, "utf8")}`;
}
