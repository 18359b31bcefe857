/**
 * Packs tare as it would be published, installs that into an empty project and uses it as a stranger would: the
 * command answers, the library loads, its types resolve under TypeScript's strictest settings, and too old a Node
 * gets one clear line.
 */
import { strict as assert } from "node:assert";
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { primaryText, rpmIndexFiles } from "../test/kit/rpm-metadata.ts";

const root = join(import.meta.dirname, "..");
const about = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const workshop = mkdtempSync(join(tmpdir(), "tare-package-"));
try {
  const tarball = pack();
  await lint(tarball);
  const project = install(tarball);
  useCommand(project);
  useLibrary(project);
  meetOldNode(project);
  console.log(`package: ${about.name} ${about.version} is sound (${readFileSync(tarball).byteLength} bytes)`);
} finally {
  rmSync(workshop, { recursive: true, force: true });
}

function run(cwd: string, program: string, ...args: string[]): string {
  return execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

function pack(): string {
  run(root, "npm", "pack", "--silent", "--pack-destination", workshop);
  return join(workshop, `${about.name}-${about.version}.tgz`);
}

async function lint(tarball: string): Promise<void> {
  const bytes = readFileSync(tarball);
  const { messages } = await publint({ strict: true, pack: { tarball: bytes.buffer } });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, about)),
    [],
  );
}

function install(tarball: string): string {
  const project = join(workshop, "stranger");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  run(project, "npm", "install", "--silent", "--no-audit", "--no-fund", "--prefer-offline", tarball);
  return project;
}

function useCommand(project: string): void {
  const command = join(project, "node_modules/.bin/tare");
  assert.equal(run(project, command, "--version").trim(), about.version);
  assert.match(run(project, command, "--help"), /build/);
  // What is loaded when it is needed only is found as well: the reader of rpm-md's XML.
  for (const [path, bytes] of rpmIndexFiles(primaryText([]))) {
    mkdirSync(dirname(join(workshop, "rpms", path)), { recursive: true });
    writeFileSync(join(workshop, "rpms", path), bytes);
  }
  const repositories = [{ name: "own", baseurl: `file://${workshop}/rpms`, "allow-unsigned": true }];
  const recipe = JSON.stringify({ name: "rpms", packages: { from: "dnf", repositories } });
  writeFileSync(join(workshop, "tare.yaml"), recipe);
  run(workshop, command, "lock", "--quiet", "--store", join(workshop, "store"));
}

function useLibrary(project: string): void {
  const use = `
    import { TareError } from "tare";
    import * as tare from "tare";
    const error: Error = new TareError({ code: "TRUNCATED", what: "a file", want: 2, got: 1 });
    console.log(error.message, Object.keys(tare).length);
  `;
  writeFileSync(join(project, "use.ts"), use);
  assert.match(run(project, process.execPath, "use.ts"), /^a file ends after 1 bytes/);

  // A stranger's project brings Node's types itself.
  mkdirSync(join(project, "node_modules/@types"), { recursive: true });
  for (const name of ["@types/node", "undici-types"])
    symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));
  const strict = [
    "--strict",
    "--noEmit",
    "--skipLibCheck",
    "false",
    "--target",
    "es2024",
    "--lib",
    "es2024,esnext",
  ];
  const modules = ["--module", "nodenext", "--types", "node"];
  run(project, join(root, "node_modules/.bin/tsc"), ...strict, ...modules, "use.ts");
}

/** Too old a Node, if this machine has one, says so in one line and nothing else. */
function meetOldNode(project: string): void {
  const folders = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"));
  const old = folders.map((folder) => join(folder, "node")).find((file) => existsSync(file));
  if (!old) return;
  const [major = 0, minor = 0] = run(project, old, "-p", "process.versions.node").split(".").map(Number);
  if (major > 24 || (major === 24 && minor >= 15)) return;
  const { status, stdout, stderr } = spawnSync(
    old,
    [join(project, "node_modules/tare/dist/cli.js"), "--version"],
    {
      encoding: "utf8",
    },
  );
  assert.deepEqual(
    { status, stdout, lines: stderr.trim().split("\n").length },
    { status: 2, stdout: "", lines: 1 },
  );
}
