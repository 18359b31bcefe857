import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseRecipe } from "../../src/build/recipe/parse-recipe.ts";
import { startingRecipe } from "../../src/build/recipe/starting-recipe.ts";
import { nodeFor, startingProject } from "../../src/build/starting-project.ts";
import { withFolder } from "../kit/temporary.ts";

/** The recipe that `tare init` writes for a folder called `folder` with this package.json and these (empty) files. */
const recipeFor = (manifest: unknown, ...files: readonly string[]) =>
  withFolder(async (folder) => {
    for (const file of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), "");
    }
    if (manifest !== undefined) await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
    const text = startingRecipe("folder", await startingProject(folder));
    return { text, recipe: parseRecipe(text, { file: "tare.yaml" }) };
  });

test("a folder without a package.json is no project", async () => {
  const { recipe } = await recipeFor(undefined, "server.js");
  expect(recipe.packages).toMatchObject([{ from: "debian", include: expect.arrayContaining(["openssl"]) }]);
});

test("a project has its packages, its Node.js and its own files in the recipe", async () => {
  const { recipe } = await recipeFor({
    name: "@me/Hello.World",
    engines: { node: "20.x" },
    scripts: { start: "node --enable-source-maps server.js --port=3000" },
  });
  expect(recipe).toMatchObject({
    name: "hello-world",
    packages: [
      { from: "debian", include: [] },
      { from: "npm", project: ".", node: "20" },
    ],
    files: [{ to: "app", from: ".", ignore: expect.arrayContaining(["node_modules", ".env*", ".npmrc"]) }],
    accounts: { runAs: "nonroot" },
    config: { entrypoint: ["node", "--enable-source-maps", "server.js", "--port=3000"] },
    to: ["docker-archive:hello-world.tar"],
  });
});

describe("what runs", () => {
  test.each([
    ["the file of main", { main: "./lib/app.js" }, ["lib/app.js"], "lib/app.js"],
    ["main without its ending", { main: "lib/app" }, ["lib/app.js"], "lib/app.js"],
    ["the index of main", { main: "lib" }, ["lib/index.js"], "lib/index.js"],
    ["not a main that npm init only supposed", { main: "index.js" }, ["server.js"], "server.js"],
    ["a main that is built later", { main: "dist/main.js" }, [], "dist/main.js"],
    [
      "main, where start needs a shell",
      { main: "a.js", scripts: { start: "node x && y" } },
      ["a.js"],
      "a.js",
    ],
    ["nothing of a main that leads out", { main: "../a.js" }, ["index.js"], "index.js"],
    ["a file with a dollar sign", { main: `$\{A}.js` }, [`$\{A}.js`], `$\{A}.js`],
  ] as const)("%s", async (_, manifest, files, file) => {
    expect((await recipeFor(manifest, ...files)).recipe.config.entrypoint).toEqual(["node", file]);
  });

  test("is for the user to say where nothing tells", async () => {
    const { recipe, text } = await recipeFor({ scripts: { start: "next start" } });
    expect(recipe.config.entrypoint).toBeUndefined();
    expect(text).toContain("# entrypoint: [node, server.js]");
  });
});

test.each([
  ["*", "24"],
  [">=22", "24"],
  [">= 18.17.0", "24"],
  [">=26", "26"],
  ["20", "20"],
  ["20.x", "20"],
  ["v20.11", "20.11"],
  ["=20.11.1", "20.11.1"],
  ["^20.3.0", "^20.3.0"],
  ["~20.3", "~20.3"],
  ["18 || 20", "20"],
  ["^20.19.0 || >=22.12.0", "24"],
  [">=18 <21", undefined],
  ["18 || >=20 <23", undefined],
  ["lts/*", undefined],
])("for engines.node %s it is Node.js %s", (engine, node) => {
  expect(nodeFor(engine)).toBe(node);
});

test("what engines ask for is told where it is not understood", async () => {
  const { recipe, text } = await recipeFor({ engines: { node: ">=18\n<21" } });
  expect(recipe.packages[1]).toMatchObject({ node: "24" });
  expect(text).toContain("node: 24   # package.json asks for: >=18?<21\n");
});

test("members that are not what they should be count as absent", async () => {
  const { recipe } = await recipeFor({ name: 1, main: [], engines: "node", scripts: null }, "app.js");
  expect(recipe).toMatchObject({ name: "folder", config: { entrypoint: ["node", "app.js"] } });
});
