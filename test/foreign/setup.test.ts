import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withFolder } from "../kit/temporary.ts";

const one = { version: "1.0.0", integrity: "sha512-one" };
const elsewhere = { version: "1.0.0", integrity: "sha512-two", optional: true };
const locked = { "": {}, "node_modules/one": one, "node_modules/elsewhere": elsewhere };

test.each([
  ["is what the lock says, but for optional packages", { "node_modules/one": one }, false],
  ["has another version", { "node_modules/one": { ...one, version: "1.0.1" } }, true],
  ["has other bytes", { "node_modules/one": { ...one, integrity: "sha512-other" } }, true],
  ["lacks a package", {}, true],
  ["has a package too many", { "node_modules/one": one, "node_modules/more": one }, true],
  ["lost a package's folder", { "node_modules/one": one }, true, "node_modules/one"],
  ["was not laid out by npm", { "node_modules/one": one }, true, "node_modules/.package-lock.json"],
  ["brings no Node", { "node_modules/one": one }, true, "node_modules/.bin"],
] as const)("npm ci runs or not where node_modules %s", (_, there, runs, lost?: string) =>
  withFolder(async (folder) => {
    const at = (path: string) => join(folder, path);
    for (const path of ["scripts", "bin", "node_modules/.bin", ...Object.keys(there)])
      mkdirSync(at(path), { recursive: true });
    for (const name of ["setup.sh", "fits-lock.ts"]) cpSync(`scripts/${name}`, at(`scripts/${name}`));
    writeFileSync(at("package-lock.json"), JSON.stringify({ packages: locked }));
    writeFileSync(at("node_modules/.package-lock.json"), JSON.stringify({ packages: there }));
    symlinkSync(process.execPath, at("node_modules/.bin/node"));
    // It lays out the Node that setup then tries.
    const npm = `#!/bin/sh\necho "$@" >ran\nmkdir -p node_modules/.bin\nln -sf ${process.execPath} node_modules/.bin/node\n`;
    writeFileSync(at("bin/npm"), npm, { mode: 0o755 });
    if (lost !== undefined) rmSync(at(lost), { recursive: true });
    execFileSync("bash", [at("scripts/setup.sh")], {
      env: { ...process.env, PATH: `${at("bin")}:${process.env.PATH}` },
    });
    expect(existsSync(at("ran"))).toBe(runs);
  }),
);
