import { expect, test } from "vitest";
import { type NpmWorkplaceData, withNpmWorkplace } from "../../kit/npm-workplace.ts";

const mine = (fields: object) => ({ name: "mine", version: "1.0.0", ...fields });

/** What a build says, and a second one, which remembers. */
async function warnings(data: NpmWorkplaceData): Promise<readonly string[]> {
  return withNpmWorkplace(data, async (place) => {
    await place.lockProject();
    const { result } = await place.build();
    expect((await place.build()).result.warnings).toEqual(result.warnings);
    return result.warnings;
  });
}

test("a command of npm is no entry point where there is no /usr/bin/env", async () => {
  const npm = [{ name: "tool", bin: { tool: "cli.js" }, files: { "cli.js": "#!/usr/bin/env node\n" } }];
  const project = mine({ dependencies: { tool: "1" } });
  const recipe = { config: { entrypoint: ["node_modules/.bin/tool", "start"] } };
  expect(await warnings({ npm, project, recipe })).toEqual([
    "On linux/amd64, config.entrypoint starts node_modules/.bin/tool, which is a script that wants /usr/bin/env, which the image does not have: name the program, entrypoint: [node, /app/node_modules/.bin/tool, start].",
  ]);
  expect(await warnings({ npm, project, recipe: { config: { entrypoint: ["node", "server.js"] } } })).toEqual(
    [],
  );
  const coreutils = {
    packages: [{ name: "coreutils", files: { "usr/bin/env": { content: "env", mode: 0o755 } } }],
  };
  const withEnv = { ...recipe, packages: { include: ["coreutils"] } };
  expect(await warnings({ npm, project, debian: coreutils, recipe: withEnv })).toEqual([]);
});

test("node: none without a node elsewhere is said", async () => {
  const recipe = { npm: { project: ".", node: "none" }, config: { entrypoint: ["node", "x.js"] } };
  expect(await warnings({ project: mine({}), recipe })).toEqual([
    "On linux/amd64, config.entrypoint starts node, which is not in the image: a container of it will not start; PATH is /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin.",
  ]);
});

test("a workspace whose files nobody brings is said, with where its link leads", async () => {
  const project = mine({ dependencies: { lib: "*", other: "*" }, workspaces: ["packages/*"] });
  const files = {
    "packages/lib/package.json": JSON.stringify({ name: "lib", version: "1.0.0", bin: { lib: "cli.js" } }),
    "packages/lib/cli.js": "1",
    "packages/other/package.json": JSON.stringify({ name: "other", version: "1.0.0" }),
  };
  expect(await warnings({ project, files })).toEqual([
    "On linux/amd64, /app/node_modules/lib leads to /app/packages/lib, /app/node_modules/other leads to /app/packages/other, which are not in the image: bring them with files.",
  ]);
  const one = { files: [{ from: "packages/lib", to: "/app/packages/lib" }] };
  expect(await warnings({ project, files, recipe: one })).toEqual([
    "On linux/amd64, /app/node_modules/other leads to /app/packages/other, which is not in the image: bring it with files.",
  ]);
  const both = { files: [{ from: "packages", to: "/app/packages" }] };
  expect(await warnings({ project, files, recipe: both })).toEqual([]);
});

test("packages whose scripts are left to the user are named", async () => {
  const npm = ["a", "b", "c", "d", "e", "f"].map((name) => ({ name, scripts: { install: "make it" } }));
  const dependencies = (...names: string[]) =>
    mine({ dependencies: Object.fromEntries(names.map((name) => [name, "1"])) });
  expect(await warnings({ npm, project: dependencies("a") })).toEqual([
    "On linux/amd64, a script of a@1.0.0 did not run and may be missed: the report says what it would do.",
  ]);
  expect(await warnings({ npm, project: dependencies("a", "b", "c", "d", "e", "f") })).toEqual([
    "On linux/amd64, scripts of a@1.0.0, b@1.0.0, c@1.0.0, d@1.0.0 and 2 more did not run and may be missed: the report says what each would do.",
  ]);
});
