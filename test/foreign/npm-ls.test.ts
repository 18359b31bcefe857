import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { mustRun } from "../kit/command.ts";
import type { NpmPackageData } from "../kit/npm-package.ts";
import { withNpmWorkplace } from "../kit/npm-workplace.ts";
import { needsPeers } from "../kit/peers.ts";

const npm: NpmPackageData[] = [
  {
    name: "a",
    dependencies: { c: "1" },
    optionalDependencies: { mac: "1" },
    bin: "run.js",
    files: { "run.js": "#!" },
  },
  { name: "b", dependencies: { c: "2" }, fields: { peerDependencies: { a: "1" } } },
  { name: "c", version: "1.0.0" },
  { name: "c", version: "2.0.0" },
  { name: "mac", os: ["darwin"] },
  { name: "dev" },
];
const project = {
  name: "mine",
  version: "1.0.0",
  dependencies: { a: "1", b: "1", "old-c": "npm:c@1.0.0" },
  devDependencies: { dev: "1" },
};

test("npm finds in the image everything that the project needs, and nothing else", async (context) => {
  needsPeers(context, "npm");
  await withNpmWorkplace({ npm, project, recipe: { npm: { project: ".", node: "none" } } }, async (place) => {
    for (const locked of [false, true]) {
      if (locked) await place.lockProject();
      const { files } = await place.build();
      const root = join(place.folder, `root-${locked}`);
      for (const [path, text] of files) {
        if (!path.startsWith("app/")) continue;
        await mkdir(dirname(join(root, path)), { recursive: true });
        if (text.startsWith("-> ")) await symlink(text.slice(3), join(root, path));
        else await writeFile(join(root, path), text.slice(5));
      }
      const env = { npm_config_registry: "http://127.0.0.1:9/", npm_config_cache: join(place.folder, ".c") };
      const listed = await mustRun("npm", ["ls", "--all", "--omit=dev", "--json"], {
        cwd: join(root, "app"),
        env,
      });
      const tree = JSON.parse(listed);
      expect(tree.problems).toBeUndefined();
      expect(Object.keys(tree.dependencies).sort()).toEqual(["a", "b", "old-c"]);
      expect(tree.dependencies.b.dependencies.c.version).toBe("2.0.0");
      expect(tree.dependencies.a.dependencies.c.version).toBe("1.0.0");
      expect(listed).not.toContain("extraneous");
    }
  });
}, 60_000);
