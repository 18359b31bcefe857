import { expect, test } from "vitest";
import { exclude, include } from "../../../../src/layers/excludes.ts";
import type { NpmApplication } from "../../../../src/sources/npm/application.ts";
import { mentionsIn, slimRules } from "../../../../src/sources/npm/unpack/slim.ts";
import { applicationFrom } from "../../../kit/npm-application.ts";
import type { NpmPackageData } from "../../../kit/npm-package.ts";

const base = "app/node_modules/thing/";

/** Which of these files of a package are in the image, package.json apart. */
async function kept(
  files: readonly string[] | Readonly<Record<string, string>>,
  more: Partial<NpmPackageData> = {},
  settings: Partial<NpmApplication> = {},
): Promise<string[]> {
  const contents = Array.isArray(files) ? Object.fromEntries(files.map((file) => [file, ""])) : files;
  const data: NpmPackageData = { name: "thing", ...more, files: contents as Record<string, string> };
  const { tree } = await applicationFrom({ "node_modules/thing": data }, settings);
  return Object.keys(tree)
    .filter((path) => path.startsWith(base) && path !== `${base}package.json`)
    .map((path) => path.slice(base.length))
    .sort();
}

const noise = [
  ".eslintrc",
  ".github/workflows/ci.yml",
  "CHANGELOG.md",
  "README.md",
  "benchmark/run.js",
  "docs/guide.html",
  ".eslintrc.json",
  "Gruntfile.js",
  "eslint.config.cjs",
  "eslint.config.js",
  "eslint.config.mjs",
  "examples/one.js",
  "gulpfile.js",
  "karma.conf.js",
  "index.d.ts",
  "index.js.map",
  "lib/deep/notes.md",
  "lib/x.d.mts",
  "lib/x.d.cts.map",
  "test/index.js",
];
const useful = [
  ".babelrc",
  "LICENSE",
  "LICENSE.md",
  "index.js",
  "index.ts",
  "lib/docs/page.js",
  "lib/test/helper.js",
  "lib/x.map",
  "lib/notice.md",
  "test.js",
  "docs.json",
  "testing/x.js",
  "tsconfig.json",
];

test("what no program reads is left out", async () => {
  expect(await kept([...noise, ...useful])).toEqual([...useful].sort());
});

test("without slim everything is there", async () => {
  expect(await kept([...noise, ...useful], {}, { slim: false })).toEqual([...noise, ...useful].sort());
});

test("licences stay wherever they lie", async () => {
  const licences = [
    "docs/LICENSE.md",
    "test/COPYING",
    "lib/third-party-licenses.md",
    "NOTICE.md",
    "AUTHORS.md",
  ];
  expect(await kept([...licences, "docs/index.md"])).toEqual([...licences].sort());
});

test.each<[string, Record<string, unknown>, string[]]>([
  ["main", { main: "./test" }, ["test/index.js", "test/fixtures/a.json"]],
  ["main without an ending", { main: "docs/index" }, ["docs/index.js"]],
  ["module", { module: "examples/index.mjs" }, ["examples/index.mjs"]],
  ["browser", { browser: { "./a.js": "./docs/a.js" } }, ["docs/a.js"]],
  ["bin", { bin: { x: "test/x.js" } }, ["test/x.js"]],
  ["imports", { imports: { "#x": { node: ["./bench/x.js"] } } }, ["bench/x.js"]],
  ["exports", { exports: { "./test": { import: { default: "./test/x.mjs" } } } }, ["test/x.mjs"]],
  ["a pattern of exports", { exports: { "./docs/*": "./docs/*" } }, ["docs/a/b.js"]],
  ["exports, one file", { exports: { "./readme": "./README.md" } }, ["README.md"]],
])("what %s of package.json names stays", async (_, fields, files) => {
  expect(await kept([...files, "CHANGELOG.md"], { fields })).toEqual([...files].sort());
});

test("types that exports names are read by no program", async () => {
  const fields = { exports: { ".": { types: "../index.d.ts", default: "./index.js" }, "./*": "./*" } };
  expect(await kept(["index.d.ts", "index.js", "test/x.js"], { fields })).toEqual(["index.js"]);
});

test.each([
  [`require("./test/fixtures")`, "test/fixtures.js"],
  [`read(path.join(__dirname, "..", "docs", "help.txt"))`, "docs/help.txt"],
  [`read(__dirname + "/examples/a.json")`, "examples/a.json"],
  [`read(\`\${__dirname}/docs/a.html\`)`, "docs/a.html"],
  [`const folder = "doc"`, "doc/a.txt"],
  [`join(root, "test", "x")`, "test/x"],
  [`read("../README.md")`, "README.md"],
  [`require("../Gruntfile")`, "Gruntfile.js"],
  [`import config from "../eslint.config.mjs"`, "eslint.config.mjs"],
  [`new URL("lib.d.ts", import.meta.url)`, "lib/lib.d.ts"],
])("what code mentions stays: %s", async (code, file) => {
  expect(await kept({ "lib/index.js": code, [file]: "" })).toEqual(["lib/index.js", file].sort());
  expect(await kept({ "bin/run": `#!/usr/bin/env node\n${code}`, [file]: "" })).toEqual(
    ["bin/run", file].sort(),
  );
});

test("the name of an environment, an address and a test's own words mention nothing", async () => {
  const code = `if (process.env.NODE_ENV === "test") x(); // see https://x.example/docs/ and docs/a.md\n//# sourceMappingURL=index.js.map`;
  const files = { "index.js": code, "index.js.map": "", "test/a.js": `read("../README.md", "docs")` };
  expect(await kept({ ...files, "README.md": "", "docs/a.md": "" })).toEqual(["index.js"]);
});

test("what a developer's own settings mention is not read for that", async () => {
  const mention = `load("docs", "./test/x", "README.md", "./karma.conf.js")`;
  const settings = ["eslint.config.mjs", "karma.conf.js", "Gruntfile.js", "gulpfile.js", ".eslintrc.js"];
  const files = Object.fromEntries(settings.map((name) => [name, mention]));
  const other = { "docs/a.html": "", "test/x.js": "", "README.md": "", "lib/gulpfile.js": "" };
  expect(await kept({ ...files, ...other })).toEqual(["lib/gulpfile.js"]);
});

test("mentions are found in any amount of hostile text, in one pass", () => {
  const text = `${",(".repeat(200_000)}${"'".repeat(200_000)}${"/a.".repeat(200_000)}, "test"`;
  expect([...mentionsIn(text)]).toEqual(["test"]);
});

test("what a generator copies stays", async () => {
  const files = ["templates/app/README.md", "lib/skeleton/index.d.ts"];
  expect(await kept(files)).toEqual([...files].sort());
});

test("TypeScript keeps its types, and so does everybody where it is there to read them", async () => {
  for (const name of ["typescript", "@typescript/typescript-linux-x64"])
    expect(await kept(["lib/lib.es5.d.ts", "README.md"], { name })).toEqual(["lib/lib.es5.d.ts"]);
  expect(await kept(["index.d.ts", "README.md"], {}, { readsTypes: true })).toEqual(["index.d.ts"]);
});

const prebuilds = [
  "prebuilds/darwin-x64+arm64/node.napi.node",
  "prebuilds/linux-arm64/node.napi.glibc.node",
  "prebuilds/linux-x64/electron.abi89.node",
  "prebuilds/linux-x64/node.napi.glibc.node",
  "prebuilds/linux-x64/node.napi.musl.node",
  "prebuilds/win32-ia32/node.napi.node",
];
const here = "prebuilds/linux-x64/node.napi.glibc.node";

test("addons for another system, processor, C library or runtime are left out, what nobody knows is not", async () => {
  const odd = [
    "prebuilds/README",
    "prebuilds/plan9-x64/a.node",
    "prebuilds/linux-x64-8/a.node",
    "lib/prebuilds/x.node",
  ];
  expect(await kept([...prebuilds, ...odd])).toEqual([...odd, here].sort());
  const platform = { os: "linux", cpu: "x64", libc: "musl" } as const;
  expect(await kept(prebuilds, {}, { platform })).toEqual(["prebuilds/linux-x64/node.napi.musl.node"]);
  expect(await kept(prebuilds, {}, { slim: false })).toEqual(prebuilds);
});

const flat = [
  "prebuilds/darwin-arm64.node",
  "prebuilds/linux-arm64.node",
  "prebuilds/linux-x64.node",
  "prebuilds/linuxmusl-arm64.node",
  "prebuilds/linuxmusl-x64.node",
  "prebuilds/win32-x64.node",
];

test.each([
  ["x64", "glibc", "linux-x64"],
  ["arm64", "glibc", "linux-arm64"],
  ["x64", "musl", "linux-x64 linuxmusl-x64"],
] as const)(
  "of addons that lie side by side (better-sqlite3), linux-%s with %s keeps its own",
  async (cpu, libc, own) => {
    const names = own.split(" ").map((name) => `prebuilds/${name}.node`);
    expect(await kept(flat, {}, { platform: { os: "linux", cpu, libc } })).toEqual(names);
  },
);

test.each([
  "prebuilds/linux-x64/addon.node",
  "prebuilds/linux-x64/node.napi.node",
  "prebuilds/linux-x64/node.napi.glibc.node",
  "prebuilds/linux-x64/node.abi137.node",
  "prebuilds/linux-x64/lib/libvips.so",
  "prebuilds/linux-x64-glibc/node.napi.node",
  "prebuilds/linux-x64-gnu.node",
  "prebuilds/linux-arm64+x64/node.napi.node",
  "prebuilds/linuxglibc-x64.node",
  "prebuilds/linux-x86_64.node",
  "prebuilds/linux.node",
  "prebuilds/linux-x64.glibc.node",
  "prebuilds/linux-x64-avx2.node",
  "prebuilds/darwin-x64-of-whom.node",
  "prebuilds/napi-v3-linux-arm64/x.node",
  "prebuilds/index.js",
])("what the platform may load, and what nobody is sure of, stays: %s", async (path) => {
  expect(await kept([path])).toEqual([path]);
});

test.each([
  "prebuilds/linux-x64/node.napi.musl.node",
  "prebuilds/linux-x64+musl/node.napi.node",
  "prebuilds/linux-x64-musl.node",
  "prebuilds/linux-x64.musl.node",
  "prebuilds/alpine-x64/node.napi.node",
  "prebuilds/linux-arm64/node.napi.armv8.node",
  "prebuilds/linux-arm/node.napi.armv7.node",
  "prebuilds/linux-armv7-gnueabihf.node",
  "prebuilds/android-arm64/node.napi.armv8.node",
  "prebuilds/macos-universal.node",
  "prebuilds/win32-x64/lib/vips.dll",
])("what surely is for another system goes: %s", async (path) => {
  expect(await kept([path])).toEqual([]);
});

test("the tag of an ARM version is no other system's", async () => {
  const platform = { os: "linux", cpu: "arm64", libc: "glibc" } as const;
  const files = ["prebuilds/linux-arm64/node.napi.armv8.node", "prebuilds/linux-armv8.node"];
  expect(await kept(files, {}, { platform })).toEqual(files);
});

test("packages inside a tarball are judged by what they say themselves", async () => {
  const inner = JSON.stringify({ name: "in", main: "test/index.js" });
  const files = {
    "node_modules/in/package.json": inner,
    "node_modules/in/test/index.js": "",
    "node_modules/in/docs/x": "",
    "node_modules/@s/out/README.md": "",
    "node_modules/@s/out/package.json": "{}",
  };
  expect(await kept(files, { fields: { bundleDependencies: ["in"] } })).toEqual([
    "node_modules/@s/out/package.json",
    "node_modules/in/package.json",
    "node_modules/in/test/index.js",
  ]);
});

test("the recipe's own rules go first, and what was left out is counted", async () => {
  const data: NpmPackageData = {
    name: "thing",
    files: { "README.md": "12345", "docs/a": "123", "lib/b.js": "1" },
  };
  const rules = [exclude("/app/*/b.js"), include("/app/node_modules/thing/docs/*")];
  const { tree, excluded, excludedSize } = await applicationFrom({ "node_modules/thing": data }, {}, rules);
  expect(Object.keys(tree)).toEqual([`${base}docs/a`, `${base}package.json`, "tmp"]);
  expect({ excluded, excludedSize }).toEqual({ excluded: 2, excludedSize: 6 });
});

test("the rules name each thing once", () => {
  const all = slimRules.flatMap(({ names = [], endings = [] }) => [...names, ...endings]);
  expect(new Set(all).size).toBe(all.length);
});
