import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { TareError } from "../../../../src/errors.ts";
import { registryOf } from "../../../../src/sources/npm/registry/addresses.ts";
import { npmConfiguration } from "../../../../src/sources/npm/registry/config.ts";
import { withFolder } from "../../../kit/temporary.ts";

test("settings come from the project, the user and the environment that is handed in", async () => {
  await withFolder(async (folder) => {
    const home = join(folder, "home");
    const project = join(folder, "project");
    await mkdir(home);
    await mkdir(project);
    await writeFile(join(project, "package.json"), "{}");
    await writeFile(
      join(project, ".npmrc"),
      "@scope:registry=https://scope.example/npm\nignore-scripts=false\n",
    );
    await writeFile(
      join(home, ".npmrc"),
      ["registry=https://registry.example/", "//scope.example/npm/:_authToken=$" + "{TOKEN}"].join("\n"),
    );
    const environment = { HOME: home, TOKEN: "sesame", npm_config_fetch_retries: "0", NPM_CONFIG_CAFILE: "" };
    const options = await npmConfiguration({ project }, { environment, folder, offline: true });
    expect(registryOf("debug", options)).toBe("https://registry.example/");
    expect(registryOf("@scope/debug", options)).toBe("https://scope.example/npm/");
    expect(options).toMatchObject({
      "//scope.example/npm/:_authToken": "sesame",
      cache: join(home, ".npm/_cacache"),
      ignoreScripts: true,
      ignoreExtension: true,
      allowGit: "none",
      offline: true,
      retry: { retries: 0 },
    });
    expect(environment).toEqual({
      HOME: home,
      TOKEN: "sesame",
      npm_config_fetch_retries: "0",
      NPM_CONFIG_CAFILE: "",
    });
  });
});

test("the settings of the machine are those of the npm that the path leads to", async () => {
  await withFolder(async (folder) => {
    const cli = join(folder, "usr/lib/node_modules/npm/bin/npm-cli.js");
    await mkdir(dirname(cli), { recursive: true });
    await mkdir(join(folder, "usr/bin"));
    await mkdir(join(folder, "usr/etc"));
    await writeFile(cli, "", { mode: 0o755 });
    await symlink("../lib/node_modules/npm/bin/npm-cli.js", join(folder, "usr/bin/npm"));
    await writeFile(join(folder, "usr/etc/npmrc"), "@machine:registry=https://machine.example/\n");
    await writeFile(join(folder, "usr/lib/node_modules/npm/npmrc"), "registry=https://builtin.example/\n");
    const environment = { HOME: folder, PATH: `relative:${join(folder, "none")}:${join(folder, "usr/bin")}` };
    const options = await npmConfiguration({}, { environment, folder, offline: false });
    expect(registryOf("@machine/a", options)).toBe("https://machine.example/");
    expect(registryOf("a", options)).toBe("https://builtin.example/");
  });
});

test("a login without its registry is refused without telling it", async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, ".npmrc"), "_auth=c2VjcmV0\n");
    const work = npmConfiguration(
      {},
      { environment: { HOME: join(folder, "none") }, folder, offline: false },
    );
    const error = await work.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(TareError);
    expect((error as TareError).message).toBe(
      "npm's configuration cannot be used: _auth of the project settings must name its registry (`npm config fix` mends that).",
    );
  });
});
