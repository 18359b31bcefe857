import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TareError } from "../../../../src/errors.ts";
import type { NpmPlatform } from "../../../../src/sources/npm/platform.ts";
import { projectInputs } from "../../../../src/sources/npm/tree/project-inputs.ts";
import { type NpmTree, npmTrees } from "../../../../src/sources/npm/tree/tree.ts";
import { npmOptions } from "../../../kit/npm-client.ts";
import type { NpmPackageData } from "../../../kit/npm-package.ts";
import { type NpmRegistry, npmRegistry } from "../../../kit/npm-registry.ts";
import { newFolder } from "../../../kit/temporary.ts";

let folder: string;
let project: string;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  const made = await newFolder();
  ends.push(made.remove);
  folder = made.folder;
  project = join(folder, "project");
  await mkdir(project);
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const x64: NpmPlatform = { os: "linux", cpu: "x64", libc: "glibc" };
const arm64: NpmPlatform = { os: "linux", cpu: "arm64", libc: "glibc" };
const musl: NpmPlatform = { os: "linux", cpu: "x64", libc: "musl" };
const nowhere = { url: "http://127.0.0.1:9/" };
const decided = { allowGit: "none", allowFile: "none", allowRemote: "all", ignoreExtension: true };

async function registryOf(packages: readonly NpmPackageData[], token?: string): Promise<NpmRegistry> {
  const registry = await npmRegistry({ packages, ...(token !== undefined && { token }) });
  ends.push(registry.close);
  return registry;
}

const optionsFor = (registry: Pick<NpmRegistry, "url">) => npmOptions(registry, folder, decided);

async function write(files: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(project, path, ".."), { recursive: true });
    await writeFile(join(project, path), typeof content === "string" ? content : JSON.stringify(content));
  }
}

const ofProject = (registry: Pick<NpmRegistry, "url"> = nowhere, platforms = [x64]) =>
  npmTrees({ project, overrides: {} }, platforms, optionsFor(registry));

const ofPackages = (registry: Pick<NpmRegistry, "url">, names: string[], overrides = {}, platforms = [x64]) =>
  npmTrees({ package: names, overrides }, platforms, optionsFor(registry));

const shown = ([tree]: readonly NpmTree[]) => tree?.packages.map(({ path, version }) => `${path} ${version}`);

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "it was taken";
  } catch (error) {
    return error instanceof TareError ? `${error.code}: ${error.message}` : `not ours: ${error}`;
  }
}

/** A lock of npm's third version. */
function lockOf(root: object, packages: Readonly<Record<string, object>>, more = {}) {
  return { name: "app", lockfileVersion: 3, requires: true, packages: { "": root, ...packages }, ...more };
}

const binaries: NpmPackageData[] = [
  {
    name: "tool",
    optionalDependencies: {
      "tool-x64": "1.0.0",
      "tool-arm64": "1.0.0",
      "tool-musl": "1.0.0",
      "tool-mac": "1.0.0",
    },
  },
  { name: "tool-x64", os: ["linux"], cpu: ["x64"], libc: ["glibc"] },
  { name: "tool-arm64", os: ["linux"], cpu: ["arm64"] },
  { name: "tool-musl", os: ["!darwin"], cpu: ["x64"], libc: ["musl"], dependencies: { "only-musl": "1" } },
  { name: "tool-mac", os: ["darwin"] },
  { name: "only-musl" },
];

test("shout's lock gives its 196 packages without a network", async () => {
  const shout = resolve(import.meta.dirname, "../../../../examples/shout");
  await cp(shout, project, { recursive: true });
  const [tree] = await ofProject();
  expect(tree?.packages).toHaveLength(196);
  const at = (path: string) => tree?.packages.find((one) => one.path === path);
  expect(at("node_modules/emitter")).toMatchObject({
    name: "component-emitter",
    version: "1.1.2",
    location: "component-emitter/-/component-emitter-1.1.2.tgz",
    because: ["socket.io-parser"],
  });
  expect(at("node_modules/xmlhttprequest")).toMatchObject({ name: "xmlhttprequest-ssl", version: "1.6.3" });
  expect(at("node_modules/global")).toMatchObject({ version: "4.4.0" });
  expect(at("node_modules/shout")).toMatchObject({
    because: [],
    integrity: expect.stringMatching(/^sha512-/),
  });
});

test("published packages are resolved as npm would, with their overrides", async () => {
  const registry = await registryOf([
    { name: "a", dependencies: { b: "^1.0.0", old: "github:someone/old" } },
    { name: "b", version: "1.0.0" },
    { name: "b", version: "1.2.0", integrity: "sha1", scripts: { install: "false" } },
    { name: "b", version: "2.0.0" },
    { name: "new" },
  ]);
  const [tree] = await ofPackages(registry, ["a@1"], { old: "npm:new@1.0.0" });
  expect(tree?.packages).toMatchObject([
    { name: "a", path: "node_modules/a", because: [], repository: "npm", hasInstallScript: false },
    { name: "b", version: "1.2.0", because: ["a"], hasInstallScript: true, location: "b/-/b-1.2.0.tgz" },
    { name: "new", path: "node_modules/old", location: "new/-/new-1.0.0.tgz" },
  ]);
  expect(tree?.packages[1]?.integrity).toMatch(/^sha1-/);
});

test("each platform gets its own binaries, whatever this machine is", async () => {
  const registry = await registryOf(binaries);
  const trees = await ofPackages(registry, ["tool"], {}, [x64, arm64, musl]);
  expect(trees.map(({ packages }) => packages.map(({ name }) => name))).toEqual([
    ["tool", "tool-x64"],
    ["tool", "tool-arm64"],
    ["only-musl", "tool", "tool-musl"],
  ]);
});

test("a package that must be there, and is for other machines, is refused with what needs it", async () => {
  const registry = await registryOf([
    { name: "a", dependencies: { m: "1" } },
    { name: "m", os: ["darwin"], cpu: ["arm64"] },
  ]);
  expect(await refusal(ofPackages(registry, ["a"]))).toBe(
    "DEPENDENCY_REFUSED: a > m cannot be installed: m 1.0.0 is made for darwin, arm64, and the image for linux-x64; make it an optional dependency where the program does without, or choose another platform.",
  );
});

test("a package for the image's machine only is taken on any other", async () => {
  const registry = await registryOf([{ name: "a", cpu: ["s390x"] }]);
  const s390x = { ...x64, cpu: "s390x" };
  expect(shown(await ofPackages(registry, ["a"], {}, [s390x]))).toEqual(["node_modules/a 1.0.0"]);
});

test("a lock without binaries for the image's machine is refused", async () => {
  const optionalDependencies = { "tool-mac": "1.0.0", "tool-x64": "1.0.0" };
  await write({
    "package.json": { dependencies: { tool: "1" } },
    "package-lock.json": lockOf(
      { dependencies: { tool: "1" } },
      {
        "node_modules/tool": { version: "1.0.0", optionalDependencies },
        "node_modules/tool-mac": { version: "1.0.0", optional: true, os: ["darwin"] },
      },
    ),
  });
  expect(await refusal(ofProject())).toContain(
    "tool@1.0.0 cannot be installed: package-lock.json has its binaries for other platforms, as tool-mac, but none for linux-x64",
  );
});

const small = {
  "package.json": { dependencies: { a: "^1.0.0" }, devDependencies: { d: "1" } },
  "package-lock.json": lockOf(
    { dependencies: { a: "^1.0.0" }, devDependencies: { d: "1" } },
    {
      "node_modules/a": { version: "1.0.0", dependencies: { b: "^2.0.0" }, bundleDependencies: ["c"] },
      "node_modules/a/node_modules/c": { version: "1.0.0", inBundle: true },
      "node_modules/b": { version: "2.0.0", resolved: "https://mirror.example/npm/b/-/b-2.0.0.tgz" },
      "node_modules/d": { version: "1.0.0", dev: true },
    },
  ),
};

test("a lock decides alone: no registry, no node_modules that is there, nothing written", async () => {
  await write({
    ...small,
    "node_modules/a/package.json": { name: "a", version: "1.5.0" },
    "node_modules/.package-lock.json": lockOf({}, { "node_modules/a": { version: "1.5.0" } }),
  });
  const before = await readdir(project, { recursive: true });
  const [tree] = await ofProject();
  expect(tree?.packages.map(({ path, location }) => [path, location])).toEqual([
    ["node_modules/a", "a/-/a-1.0.0.tgz"],
    ["node_modules/b", "b/-/b-2.0.0.tgz"],
  ]);
  expect(await readdir(project, { recursive: true })).toEqual(before);
});

test("without a lock, what is installed already changes nothing", async () => {
  const registry = await registryOf([
    { name: "a", version: "1.0.0" },
    { name: "a", version: "1.1.0" },
  ]);
  await write({
    "package.json": { dependencies: { a: "^1.0.0" } },
    "node_modules/a/package.json": { name: "a", version: "1.0.0" },
  });
  expect(shown(await ofProject(registry))).toEqual(["node_modules/a 1.1.0"]);
});

test("a lock that is out of step says which dependency wants what", async () => {
  await write({ ...small, "package.json": { dependencies: { a: "^1.0.0", e: "^3.0.0" } } });
  expect(await refusal(ofProject())).toMatch(
    /^LOCK_OUT_OF_STEP: .*package-lock\.json is out of step: package\.json wants e \^3\.0\.0, and the lock has none; run `npm install --package-lock-only`\.$/,
  );
  await write({ ...small, "package.json": { dependencies: { a: "^2.0.0" } } });
  expect(await refusal(ofProject())).toContain("package.json wants a ^2.0.0, and the lock has 1.0.0");
  await write({ ...small, "package.json": { dependencies: { a: "1" }, overrides: { b: "3" } } });
  expect(await refusal(ofProject())).toContain("a@1.0.0 wants b 3, and the lock has 2.0.0");
});

test("workspaces and folders of the project are links; a folder elsewhere is refused", async () => {
  const root = { workspaces: ["packages/*"], dependencies: { lib: "file:./lib" } };
  const api = { name: "@site/api", version: "1.0.0", dependencies: { b: "1" } };
  await write({
    "package.json": root,
    "packages/api/package.json": api,
    "lib/package.json": { name: "lib", version: "1.0.0" },
    "package-lock.json": lockOf(root, {
      "node_modules/@site/api": { resolved: "packages/api", link: true },
      "node_modules/lib": { resolved: "lib", link: true },
      "packages/api": api,
      lib: { version: "1.0.0" },
      "node_modules/b": { version: "1.0.0" },
    }),
  });
  expect(await ofProject()).toMatchObject([
    {
      packages: [{ path: "node_modules/b", because: [] }],
      links: [
        { path: "node_modules/@site/api", target: "packages/api" },
        { path: "node_modules/lib", target: "lib" },
      ],
    },
  ]);
  await write({ "package.json": { dependencies: { x: "file:../x" } }, "package-lock.json": "{}" });
  expect(await refusal(ofProject())).toContain("OUT_OF_STEP");
});

test.each(["github:foo/bar", "git+https://me:secret@host.example/foo.git", "git@host.example:foo/bar.git"])(
  "%s is refused with the path of dependencies, in a lock or without",
  async (spec) => {
    const registry = await registryOf([
      { name: "shout", dependencies: { "irc-lib": "1" } },
      { name: "irc-lib", dependencies: { slate: spec } },
    ]);
    const said = await refusal(ofPackages(registry, ["shout"]));
    expect(said).toMatch(
      /^DEPENDENCY_REFUSED: shout > irc-lib > slate cannot be installed: .* is a git repository, .*; `overrides` in the recipe can name another/,
    );
    expect(said).not.toContain("secret");
    const root = { dependencies: { "irc-lib": "1" } };
    await write({
      "package.json": root,
      "package-lock.json": lockOf(root, {
        "node_modules/irc-lib": { version: "1.0.0", dependencies: { slate: spec } },
        "node_modules/slate": {
          version: "1.0.0",
          resolved: `git+ssh://git@host.example/foo/bar.git#${"1".repeat(40)}`,
        },
      }),
    });
    expect(await refusal(ofProject())).toMatch(/irc-lib > slate|wants slate/);
  },
);

test("a tarball of the web is taken where it is, and named when it cannot be had", async () => {
  const registry = await registryOf([{ name: "far" }]);
  const address = `${registry.url}far/-/far-1.0.0.tgz`;
  const other = await registryOf([{ name: "a", dependencies: { far: address } }]);
  const [tree] = await ofPackages(other, ["a"]);
  expect(tree?.packages).toMatchObject([{ name: "a" }, { name: "far", location: address, because: ["a"] }]);
  registry.fail("far/-/far-1.0.0.tgz", 503);
  const third = await registryOf([{ name: "b", dependencies: { far: `${address}?again` } }]);
  expect(await refusal(ofPackages(third, ["b"]))).toMatch(
    /^DEPENDENCY_UNREACHABLE: b > far cannot be had: http:.*: it answered 503; `overrides`/,
  );
});

test("what a registry does not have, or does not show, is one sentence with the path of dependencies", async () => {
  const registry = await registryOf([{ name: "a", dependencies: { b: "^3", c: "1" } }, { name: "b" }]);
  expect(await refusal(ofPackages(registry, ["a"], { b: "1" }))).toMatch(
    /^DEPENDENCY_UNREACHABLE: a > c cannot be had: .*: it answered 404; /,
  );
  expect(await refusal(ofPackages(registry, ["a"], { c: "npm:b@1" }))).toMatch(
    /^DEPENDENCY_UNREACHABLE: a > b cannot be had: no version fits \^3 at .*, where 1\.0\.0 is the latest; /,
  );
  const closed = await registryOf([{ name: "a" }], "sesame");
  expect(await refusal(ofPackages(closed, ["a"]))).toMatch(
    /^DOWNLOAD_FAILED: a could not be fetched: .* answered 401/,
  );
  expect(await refusal(ofPackages(nowhere, ["a"]))).toMatch(/^DOWNLOAD_FAILED: a could not .* refused/);
});

test("an optional package is left out when it is not there, but not when the registry fails", async () => {
  const registry = await registryOf([
    { name: "a", optionalDependencies: { gone: "1", b: "1" } },
    { name: "b" },
  ]);
  expect(shown(await ofPackages(registry, ["a"]))).toEqual(["node_modules/a 1.0.0", "node_modules/b 1.0.0"]);
  registry.fail("b", 500);
  const options = { ...optionsFor(registry), cache: join(folder, "other") };
  expect(await refusal(npmTrees({ package: ["a"], overrides: {} }, [x64], options))).toMatch(
    /^DOWNLOAD_FAILED: b could not be fetched: .* answered 500/,
  );
});

test("locks of other programs are named, and what makes one that is read", async () => {
  await write({ "package.json": {}, "pnpm-lock.yaml": "lockfileVersion: 9" });
  expect(await refusal(ofProject())).toMatch(/^FOREIGN_LOCK: .*pnpm-lock\.yaml is a lock of pnpm/);
  await write({ "yarn.lock": "__metadata:\n  version: 8\n" });
  expect(await refusal(ofProject())).toContain("a lock of yarn 2 or later");
});

test("yarn's first kind of lock and npm's first are followed", async () => {
  const registry = await registryOf([
    { name: "a", version: "1.0.0" },
    { name: "a", version: "1.1.0" },
  ]);
  const address = `${registry.url}a/-/a-1.0.0.tgz`;
  await write({
    "package.json": { dependencies: { a: "^1.0.0" } },
    "yarn.lock": `# yarn lockfile v1\n\n\na@^1.0.0:\n  version "1.0.0"\n  resolved "${address}"\n`,
  });
  expect(shown(await ofProject(registry))).toEqual(["node_modules/a 1.0.0"]);
  await write({
    "package-lock.json": { lockfileVersion: 1, requires: true, dependencies: { a: { version: "1.0.0" } } },
  });
  expect(shown(await ofProject(registry))).toEqual(["node_modules/a 1.0.0"]);
});

test.each([
  ["is not JSON", "{"],
  ["is no object", "[]"],
  ["lock of version 9", { lockfileVersion: 9, packages: {} }],
  [
    "outside of the application",
    lockOf({ dependencies: { a: "*" } }, { "node_modules/a": { version: "1.0.0", name: "../../etc" } }),
  ],
  ["says no version", lockOf({ dependencies: { a: "*" } }, { "node_modules/a": { name: "a" } })],
])("a lock that %s is refused", async (why, lock) => {
  await write({ "package.json": { dependencies: { a: "*" } }, "package-lock.json": lock });
  const said = await refusal(ofProject());
  expect(said).toMatch(/^(BAD_PROJECT|LOCK_OUT_OF_STEP)/);
  if (!why.includes("outside") && !why.includes("no version")) expect(said).toContain(why);
});

test.each(["sha512-AAAA", "sha512-nonsense", "", "md5-1B2M2Y8AsgTpgAmY7PhCfg==", 7])(
  "a lock whose integrity is %j is refused, and nobody is asked",
  async (integrity) => {
    const registry = await registryOf([{ name: "a" }]);
    const root = { dependencies: { a: "1" } };
    const entry = { version: "1.0.0", integrity };
    await write({
      "package.json": root,
      "package-lock.json": lockOf(root, { "node_modules/a": entry }),
    });
    const file = join(project, "package-lock.json");
    const says = (name: string, where = file) =>
      `BAD_PROJECT: ${where} cannot be used: the integrity of ${name} is ${JSON.stringify(integrity)}, which is no sound sha512, sha384, sha256 or sha1; take the lock as it was, or make it anew with its own program.`;
    expect(await refusal(ofProject(registry))).toBe(says("node_modules/a"));
    const outer = { version: "1.0.0", dependencies: { a: entry } };
    await write({ "package-lock.json": { lockfileVersion: 1, dependencies: { outer } } });
    expect(await refusal(ofProject(registry))).toBe(says("a"));
    expect(registry.asked).toEqual([]);
  },
);

test("so is a yarn.lock's", async () => {
  for (const integrity of ["", " sha512-nonsense"]) {
    const entry = `"a@^1.0.0":\n  version "1.0.0"\n  integrity${integrity}\n`;
    await write({ "package.json": { dependencies: { a: "^1.0.0" } }, "yarn.lock": entry });
    expect(await refusal(ofProject())).toContain(
      `yarn.lock cannot be used: the integrity of "a@^1.0.0" is "${integrity.trim()}"`,
    );
  }
});

const member = "packages/api";
const ofMember = (registry: Pick<NpmRegistry, "url">) =>
  npmTrees({ project: join(project, member), overrides: {} }, [x64], optionsFor(registry));

test.each([
  [["packages/*"]],
  [["./packages/*/"]],
  [["packages/**"]],
  [[member]],
  [["!packages/api", "packages/*"]],
  [{ packages: ["packages/*"] }],
])("a workspace of %j without a lock of its own is refused, and no registry is asked", async (workspaces) => {
  const registry = await registryOf([{ name: "internal" }]);
  await write({
    "package.json": { workspaces },
    "package-lock.json": lockOf({ workspaces }, {}),
    [`${member}/package.json`]: { name: "api", dependencies: { internal: "1" } },
    "packages/internal/package.json": { name: "internal", version: "1.0.0" },
  });
  expect(await refusal(ofMember(registry))).toBe(
    `BAD_PROJECT: ${join(project, member)}/package.json cannot be used: it is a workspace of ${project}, whose lock and packages it shares; let \`project\` name that folder, in a recipe that lies there or above.`,
  );
  expect(registry.asked).toEqual([]);
});

test.each<[string, Record<string, unknown>]>([
  ["has a lock of its own", { [`${member}/package-lock.json`]: lockOf({}, {}) }],
  ["is named by no workspace", { "package.json": { workspaces: ["packages/web", 7, "!packages/*"] } }],
  ["is a repository of its own", { [`${member}/.git`]: "gitdir: elsewhere" }],
  ["lies in a repository that has no workspaces", { "packages/.git": "gitdir: elsewhere" }],
])("a folder below a project with workspaces that %s is a project", async (_, files) => {
  const registry = await registryOf([]);
  await write({
    "package.json": { workspaces: ["packages/*"] },
    [`${member}/package.json`]: { name: "api" },
    ...files,
  });
  expect(shown(await ofMember(registry))).toEqual([]);
});

test("no program is started and no file of the project is run", async () => {
  // Node.js tells of every program that it starts there.
  const started: unknown[] = [];
  const note = (message: unknown) => void started.push(message);
  subscribe("child_process", note);
  ends.push(async () => void unsubscribe("child_process", note));
  const registry = await registryOf([
    { name: "a", scripts: { install: "false" }, optionalDependencies: { g: "github:foo/bar" } },
  ]);
  await write({
    "package.json": { dependencies: { a: "1" } },
    ".npm-extension.cjs": "throw new Error('the project was run')",
  });
  expect(shown(await ofProject(registry))).toEqual(["node_modules/a 1.0.0"]);
  expect(started).toEqual([]);
});

test("a project's package.json and lock decide, by digest", async () => {
  await write(small);
  const first = await projectInputs({ project });
  expect(first).toEqual(
    ["package.json", "package-lock.json"].map((name) => ({
      name,
      digest: expect.stringMatching(/^sha256:/),
    })),
  );
  await write({ "package.json": { dependencies: {} }, "other.json": {} });
  expect(await projectInputs({ project })).toEqual([
    { name: "package.json", digest: expect.not.stringContaining(first[0]?.digest ?? "") },
    first[1],
  ]);
  expect(await projectInputs({})).toEqual([]);
  expect(await refusal(projectInputs({ project: join(project, "none") }))).toContain("NO_FILE");
});
