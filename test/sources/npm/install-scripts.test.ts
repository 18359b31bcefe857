import { expect, test } from "vitest";
import type { ScriptCoverage } from "../../../src/model/rootfs.ts";
import { harmlessCommands, whyHarmless } from "../../../src/sources/npm/harmless-scripts.ts";
import { elfFile } from "../../kit/elf-file.ts";
import { applicationFrom } from "../../kit/npm-application.ts";
import type { NpmPackageData } from "../../kit/npm-package.ts";

/** What is told of a package's scripts; the first of `packages` is the one that is meant. */
async function told(
  data: Partial<NpmPackageData>,
  others: Readonly<Record<string, NpmPackageData>> = {},
): Promise<readonly ScriptCoverage[]> {
  const { coverage } = await applicationFrom({ "node_modules/thing": { name: "thing", ...data }, ...others });
  return coverage.filter((one) => one.package === "thing@1.0.0");
}

const install = (line: string, files: NpmPackageData["files"] = {}) =>
  told({ scripts: { install: line }, files });

const addonFor = (machine: number) =>
  elfFile({ bits: 64, littleEndian: true, machine, flags: 0, needed: [] });

test("a package without scripts is not mentioned, and neither are scripts of its developers", async () => {
  expect(await told({ scripts: { test: "x", prepare: "husky", build: "make", uninstall: "x" } })).toEqual([]);
});

test.each([
  ["node-gyp rebuild"],
  ["prebuild-install || node-gyp rebuild --release"],
  ["node-pre-gyp install --fallback-to-build"],
  ["node-gyp-build"],
])("an addon that is not there needs you: %s", async (line) => {
  expect(await install(line)).toEqual([
    {
      package: "thing@1.0.0",
      script: "install",
      verdict: "needs-you",
      notes: [
        `\`${line}\` downloads or compiles an addon for linux-x64, which the package does not bring`,
        "choose a version or a package that brings it, or bring what it makes under files",
      ],
    },
  ]);
});

test("what npm would compile by itself is told, too", async () => {
  const files = { "binding.gyp": "{}" };
  expect(await told({ files })).toMatchObject([{ script: "install", verdict: "needs-you" }]);
  expect(await told({ files, fields: { gypfile: false } })).toEqual([]);
  const scripts = { preinstall: "echo", postinstall: "make" };
  expect((await told({ files, scripts })).map(({ script }) => script)).toEqual(["preinstall", "postinstall"]);
  expect((await told({ files, scripts: { postinstall: "make" } })).map(({ script }) => script)).toEqual([
    "install",
    "postinstall",
  ]);
});

test("prebuilt addons for the platform settle it, those for others do not", async () => {
  const here = { "prebuilds/linux-x64/node.napi.node": "x" };
  expect(await install("node-gyp-build", here)).toEqual([
    {
      package: "thing@1.0.0",
      script: "install",
      verdict: "handled",
      notes: ["prebuilds/linux-x64/node.napi.node is there for linux-x64"],
    },
  ]);
  for (const tuple of ["linux-arm64/node.napi", "darwin-x64/node.napi", "linux-x64/node.napi.musl"])
    expect(await install("node-gyp-build", { [`prebuilds/${tuple}.node`]: "x" })).toMatchObject([
      { verdict: "needs-you" },
    ]);
});

test("an addon that lies elsewhere is known by its ELF header", async () => {
  const at = "lib/binding/thing.node";
  expect(await install("node install.js", { [at]: addonFor(62) })).toMatchObject([
    { verdict: "handled", notes: [`${at} is there for linux-x64`] },
  ]);
  expect(await install("node install.js", { [at]: addonFor(183) })).toMatchObject([{ verdict: "needs-you" }]);
  expect(await install("node install.js", { [at]: "no addon" })).toMatchObject([{ verdict: "needs-you" }]);
});

test("a package of binaries for the platform settles it, wherever Node.js finds it", async () => {
  const data = {
    scripts: { postinstall: "node install.js" },
    optionalDependencies: { "@thing/linux-x64": "1" },
  };
  const binaries = { name: "@thing/linux-x64", version: "1.2.3", os: ["linux"], cpu: ["x64"] };
  const handled = [{ verdict: "handled", notes: ["@thing/linux-x64@1.2.3 is there for linux-x64"] }];
  expect(await told(data, { "node_modules/@thing/linux-x64": binaries })).toMatchObject(handled);
  expect(await told(data, { "node_modules/thing/node_modules/@thing/linux-x64": binaries })).toMatchObject(
    handled,
  );
  expect(await told(data)).toMatchObject([{ verdict: "needs-you" }]);
  expect(
    await told(data, { "node_modules/@thing/linux-x64": { name: "@thing/linux-x64", version: "1.2.3" } }),
  ).toMatchObject([{ verdict: "needs-you" }]);
});

test("binaries do not settle what a script does besides", async () => {
  const files = { "prebuilds/linux-x64/node.napi.node": "x" };
  expect(await install("cp a b", files)).toEqual([
    {
      package: "thing@1.0.0",
      script: "install",
      verdict: "needs-you",
      notes: ["`cp a b` was not run", "if the program needs it, bring what it makes under files"],
    },
  ]);
});

test.each([
  ["husky install", "sets up git hooks for its own developers"],
  ["is-ci || husky", "sets up git hooks for its own developers"],
  ["opencollective || exit 0", "asks for money"],
  ["npx only-allow pnpm", "looks at how it is installed"],
  ["echo done", "does nothing"],
  [
    "(node-gyp rebuild 2> builderror.log) || (exit 0)",
    "may fail by its own account, so that the package does without",
  ],
])("harmless: %s", async (line, why) => {
  expect(await install(line)).toMatchObject([{ verdict: "harmless", notes: [why] }]);
});

test.each([
  "husky install && node-gyp rebuild",
  "echo `curl x`",
  "echo x > y",
  "opencollective; make",
  "true | sh",
])("not harmless: %s", async (line) => {
  expect(await install(line)).toMatchObject([{ verdict: "needs-you" }]);
});

test("some packages' scripts are known to matter to nobody", () => {
  expect(whyHarmless("core-js", "node -e \"try{require('./postinstall')}catch(e){}\"")).toBe(
    "asks for money",
  );
  expect(whyHarmless("constructor", "node x.js")).toBeUndefined();
});

test("a line of somebody else's making is told in one short plain line", async () => {
  const [coverage] = await install(`node \u001b[31mx\n\u202e${"y".repeat(5000)}`);
  expect(coverage?.notes[0]).toMatch(/^`node \[31mx y{100,}…` was not run$/);
  expect(coverage?.notes[0]?.length).toBeLessThan(160);
});

test("the same package in two places is told of once", async () => {
  const data = { name: "thing", scripts: { install: "make" } };
  expect(await told(data, { "node_modules/x/node_modules/thing": data })).toHaveLength(1);
});

test("no script takes long to look at", () => {
  const hostile = ["npx only-allow ", "node ", "echo ", "|| ", "opencollective"].map((text) =>
    text.repeat(50_000),
  );
  for (const line of hostile) expect(harmlessCommands.some(({ command }) => command.test(line))).toBe(false);
  for (const line of hostile) expect(whyHarmless("x", line)).toBeUndefined();
});
