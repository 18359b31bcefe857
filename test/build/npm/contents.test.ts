import { expect, test } from "vitest";
import type { NpmPackageData } from "../../kit/npm-package.ts";
import { elfFor, type NpmWorkplaceData, withNpmWorkplace } from "../../kit/npm-workplace.ts";

const noisy: NpmPackageData = {
  name: "noisy",
  files: {
    "index.js": 'exports.x = require("./lib/x.js")',
    "lib/x.js": "1",
    "lib/x.js.map": "{}",
    "lib/x.d.ts": "export {}",
    "test/x.js": "test",
    "docs/manual.txt": "read",
    "README.md": "read",
    "LICENSE.md": "licence",
  },
};
const project = { name: "mine", version: "1.0.0", dependencies: { noisy: "1" } };
const inNoisy = (files: ReadonlyMap<string, string>) =>
  [...files.keys()].flatMap((path) => /^app\/node_modules\/noisy\/(.*)/.exec(path)?.[1] ?? []).sort();

const data = (npm: object, more: object = {}): NpmWorkplaceData => ({
  npm: [noisy],
  project,
  recipe: { npm: { project: ".", node: "none", ...npm }, ...more },
});

const slim = ["LICENSE.md", "index.js", "lib/x.js", "package.json"];
const everything = [...Object.keys(noisy.files ?? {}), "package.json"].sort();

test("what no program reads is left out, unless the recipe keeps it", async () => {
  const kept = async (npm: object, more?: object) =>
    withNpmWorkplace(data(npm, more), async (place) => inNoisy((await place.build()).files));
  expect(await kept({})).toEqual(slim);
  expect(await kept({ slim: false })).toEqual(everything);
  const keep = ["/app/node_modules/noisy/test/*", "/app/node_modules/*.map"];
  expect(await kept({}, { excludes: { keep } })).toEqual([...slim, "lib/x.js.map", "test/x.js"].sort());
  const excludes = ["/app/node_modules/noisy/lib/*"];
  expect(await kept({}, { excludes })).toEqual(slim.filter((path) => !path.startsWith("lib/")));
});

test("node_modules may lie anywhere, the root itself too", async () => {
  for (const [to, folder] of [
    ["/srv/my/app", "srv/my/app/"],
    ["/", ""],
  ] as const)
    await withNpmWorkplace(data({ to }), async (place) => {
      const { files, config } = await place.build();
      expect(files.has(`${folder}node_modules/noisy/index.js`)).toBe(true);
      expect(files.has(`${folder}package.json`)).toBe(true);
      expect(config.config?.WorkingDir).toBe(to);
    });
});

test("scanners find every package, with its version", async () => {
  const npm = [{ name: "@s/a", version: "3.0.0", dependencies: { noisy: "1" } }, noisy];
  const recipe = { npm: { package: ["@s/a@3.0.0"], node: "none" } };
  await withNpmWorkplace({ npm, recipe }, async (place) => {
    const { files } = await place.build();
    const manifests = [...files].filter(([path]) => path.endsWith("/package.json"));
    const found = manifests.map(([, text]) => {
      const { name, version } = JSON.parse(text.slice(5));
      return `${name} ${version}`;
    });
    expect(found.sort()).toEqual(["@s/a 3.0.0", "noisy 1.0.0"]);
  });
});

test("install scripts do not run, and each is told of", async () => {
  const npm: NpmPackageData[] = [
    { name: "compiled", scripts: { install: "node-gyp rebuild" }, files: { "binding.gyp": "{}" } },
    {
      name: "prebuilt",
      scripts: { install: "node-gyp-build" },
      files: {
        "prebuilds/linux-x64/a.node": elfFor("x64", ["libc.so.6"]),
        "prebuilds/linux-arm64/a.node": elfFor("arm64", ["libc.so.6"]),
      },
    },
    { name: "evil", scripts: { postinstall: "touch /tmp/tare-was-here" } },
  ];
  const dependencies = { compiled: "1", prebuilt: "1", evil: "1" };
  await withNpmWorkplace({ npm, project: { ...project, dependencies } }, async (place) => {
    const { result, files } = await place.build();
    expect(
      result.images[0]?.coverage.map(({ package: name, script, verdict }) => [name, script, verdict]),
    ).toEqual([
      ["compiled@1.0.0", "install", "needs-you"],
      ["evil@1.0.0", "postinstall", "needs-you"],
      ["prebuilt@1.0.0", "install", "handled"],
    ]);
    expect([...files.keys()].filter((path) => path.endsWith(".node"))).toEqual([
      "app/node_modules/prebuilt/prebuilds/linux-x64/a.node",
    ]);
    const { out } = await place.tare("build");
    expect(out).toContain("1 handled natively, 0 harmless, 2 for you to look at");
    expect(out).toMatch(
      / {2}compiled@1.0.0 install\n {4}`node-gyp rebuild` downloads or compiles an addon for linux-x64/,
    );
    expect(out).toMatch(/ {2}evil@1.0.0 postinstall\n {4}`touch \/tmp\/tare-was-here` was not run/);
  });
});
