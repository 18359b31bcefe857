import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { npmApplication } from "../../src/sources/npm/application.ts";
import { mustRun } from "../kit/command.ts";
import { folderRoot } from "../kit/folder-root.ts";
import { layOut, usualApplication } from "../kit/npm-application.ts";
import type { NpmPackageData } from "../kit/npm-package.ts";
import { npmRegistry } from "../kit/npm-registry.ts";
import { needsPeers } from "../kit/peers.ts";
import { tarOfBlocks } from "../kit/tar-blocks.ts";
import { withFolder } from "../kit/temporary.ts";

const script = "#!/usr/bin/env node\r\nconsole.log(1)\r\n";
/** A tarball as nobody makes them today, which npm takes. */
const odd = gzipSync(
  tarOfBlocks([
    { name: "odd-4f2a/index.js", content: "first" },
    { name: "odd-4f2a/empty/", type: "5", mode: 0o700 },
    { name: "odd-4f2a/cli", content: script, mode: 0o600 },
    {
      name: "odd-4f2a/package.json",
      content: JSON.stringify({ name: "odd", version: "1.0.0", bin: { odd: "cli" } }),
    },
    { name: "odd-4f2a/link", type: "2", link: "index.js" },
    { name: "odd-4f2a/hard", type: "1", link: "odd-4f2a/index.js" },
    { name: "odd-4f2a/.gitignore", content: "x" },
    { name: "odd-4f2a/sub/.npmignore", content: "x" },
    { name: "odd-4f2a/sub/.gitignore", content: "y" },
    { name: "odd-4f2a/mine", mode: 0o700 },
    { name: "odd-4f2a/all", mode: 0o777 },
    { name: "other/index.js", content: "last" },
  ]),
);

const packages: readonly NpmPackageData[] = [
  {
    name: "a",
    dependencies: { b: "1", "@s/c": "1", odd: "1", bundler: "1" },
    optionalDependencies: { "only-darwin": "1" },
    bin: { a: "./cli.js", shared: "cli.js" },
    files: {
      "cli.js": script,
      "README.md": "# a",
      "test/x.js": "",
      "lib/run": { content: "x", mode: 0o755 },
    },
  },
  { name: "b", version: "1.0.0", bin: { shared: "b.js", gone: "gone.js" }, files: { "b.js": "#!" } },
  { name: "b", version: "2.0.0", bin: { shared: "b.js" }, files: { "b.js": "#!" } },
  { name: "@s/c", dependencies: { b: "2" }, bin: "c.js", files: { "c.js": "#!" } },
  { name: "odd", bin: { odd: "cli" }, bytes: odd },
  { name: "only-darwin", os: ["darwin"] },
  { name: "dev" },
  {
    name: "bundler",
    dependencies: { inside: "1" },
    fields: { bundleDependencies: ["inside"] },
    files: {
      "node_modules/inside/package.json": JSON.stringify({ name: "inside", version: "1.0.0", bin: "./x" }),
      "node_modules/inside/x": "#!",
    },
  },
];

test("an application is laid out as npm ci does it, entry by entry", async (context) => {
  needsPeers(context, "npm");
  const registry = await npmRegistry({ packages });
  try {
    await withFolder(async (folder) => {
      const project = {
        name: "mine",
        version: "1.0.0",
        dependencies: { a: "1" },
        devDependencies: { dev: "1" },
      };
      await writeFile(join(folder, "package.json"), JSON.stringify(project));
      const env = { npm_config_registry: registry.url, npm_config_cache: join(folder, ".cache") };
      const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"];
      await mustRun("npm", ["install", "--package-lock-only", ...quiet], { cwd: folder, env });
      await mustRun("npm", ["ci", "--omit=dev", ...quiet], { cwd: folder, env });

      const lock = JSON.parse(await readFile(join(folder, "node_modules/.package-lock.json"), "utf8"));
      const tarballs = Object.entries<{ version: string; inBundle?: true }>(lock.packages).flatMap(
        ([path, { version, inBundle }]) => {
          const built = registry.packages.get(`${path.replace(/^.*node_modules\//, "")}@${version}`);
          return built === undefined || inBundle ? [] : [{ path, ...built }];
        },
      );
      expect(tarballs.map(({ path }) => path)).toContain("node_modules/@s/c/node_modules/b");
      const ours = await layOut(tarballs, npmApplication({ ...usualApplication, slim: false, to: "" }));
      const { tmp, ...tree } = ours.tree;
      expect(tree).toEqual(treeOf(folder));
      expect(tmp).toBe("1777 ");
    });
  } finally {
    await registry.close();
  }
}, 120_000);

/** What npm made, told as {@link layOut} tells it; its own note of what it did is no part of the application. */
function treeOf(folder: string): Record<string, string> {
  const root = folderRoot(join(folder, "node_modules"));
  const files = [...root.under("")].filter(
    ({ type, path }) => type !== "directory" && path !== ".package-lock.json",
  );
  return Object.fromEntries(
    files.map(({ path, type, mode, link }) => {
      const content = Buffer.from(root.read(path) ?? "").toString("latin1");
      const text = type === "symlink" ? `-> ${link}` : `${mode.toString(8).padStart(4, "0")} ${content}`;
      return [`node_modules/${path}`, text];
    }),
  );
}
