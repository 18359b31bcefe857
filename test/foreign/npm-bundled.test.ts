import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { expect, test } from "vitest";
import { asOneScript, inChunks } from "../../scripts/bundle.ts";
import { mustRun } from "../kit/command.ts";
import { type NpmRegistry, npmRegistry } from "../kit/npm-registry.ts";
import { withFolder } from "../kit/temporary.ts";

/** npm's libraries are CommonJS that looks around itself. What they do for tare must still work where nothing is around. */
const program = `
  async function main([folder, cache]) {
    const { default: Config } = await import("@npmcli/config");
    const { default: definitions } = await import("@npmcli/config/lib/definitions/index.js");
    const { default: Arborist } = await import("@npmcli/arborist");
    const { default: pacote } = await import("pacote");
    const config = new Config({ ...definitions, npmPath: folder, argv: [], cwd: folder, env: { ...process.env } });
    await config.load();
    const options = { ...config.flat, cache, ignoreScripts: true, ignoreExtension: true };
    const tree = await new Arborist({ ...options, path: folder }).buildIdealTree();
    const nodes = [...tree.inventory.values()].filter((node) => !node.isRoot);
    let bytes = 0;
    await pacote.tarball.stream("left@1.0.0", async (stream) => {
      for await (const chunk of stream) bytes += chunk.length;
    }, { ...options, integrity: nodes.find((node) => node.name === "left").integrity });
    await tree.meta.save();
    const again = await new Arborist({ ...options, path: folder }).loadVirtual();
    const git = new Arborist({ ...options, allowGit: "all", path: folder });
    const refusal = await git.buildIdealTree({ add: ["git+ssh://git@127.0.0.1/x.git"] }).catch((error) => error.message);
    const paths = nodes.map((node) => node.location).sort();
    console.log(JSON.stringify({ paths, again: again.inventory.size, bytes, refusal }));
  }
  main(process.argv.slice(2));
`;

for (const [form, options] of Object.entries({
  "chunks of an ES module": inChunks,
  "one script": asOneScript,
}))
  test(`npm's libraries resolve, fetch and refuse git when they are bundled into ${form}`, async () => {
    const registry = await npmRegistry({
      packages: [
        { name: "left", dependencies: { "@scope/right": "^2.0.0" } },
        { name: "@scope/right", version: "2.1.0" },
      ],
    });
    try {
      await withFolder(async (folder) => {
        const ran = JSON.parse(await runBundled(options, folder, registry));
        expect(ran).toEqual({
          paths: ["node_modules/@scope/right", "node_modules/left"],
          again: 3,
          bytes: registry.packages.get("left@1.0.0")?.bytes.byteLength,
          refusal: "tare does without @npmcli/git",
        });
      });
    } finally {
      await registry.close();
    }
  });

/** Bundles the program into a folder that no package is above, and runs it there on a project that needs `left`. */
async function runBundled(options: BuildOptions, folder: string, { url }: NpmRegistry): Promise<string> {
  const root = join(import.meta.dirname, "../..");
  const extension = options.format === "esm" ? "mjs" : "cjs";
  await build({
    ...options,
    absWorkingDir: root,
    stdin: { contents: program, resolveDir: root },
    outdir: folder,
    outExtension: { ".js": `.${extension}` },
  });
  await writeFile(join(folder, "package.json"), JSON.stringify({ dependencies: { left: "^1.0.0" } }));
  const env = { npm_config_registry: url, HOME: folder };
  return mustRun(process.execPath, [`stdin.${extension}`, folder, join(folder, "cache")], {
    cwd: folder,
    env,
  });
}
