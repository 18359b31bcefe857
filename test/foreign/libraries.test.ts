import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { arch } from "node:process";
import { beforeAll, describe, expect, type TestContext, test } from "vitest";
import { thisHost } from "../../src/build/this-host.ts";
import { webFetch } from "../../src/http/web-fetch.ts";
import type { LibraryNeed } from "../../src/model/library.ts";
import type { RootView } from "../../src/model/rootfs.ts";
import { type LinkedFile, libraryNeeds, unmetLibraries } from "../../src/rootfs/libraries.ts";
import { type Machine, machineOf } from "../../src/rootfs/machines.ts";
import { planRepositories } from "../../src/sources/debian/plan.ts";
import type { DebianRequest } from "../../src/sources/debian/request.ts";
import { resolveDebian } from "../../src/sources/debian/resolve.ts";
import { draw } from "../kit/draw.ts";
import { entryOf } from "../kit/folder-root.ts";
import { hostRoot } from "../kit/host-root.ts";
import { memoryStore } from "../kit/memory-store.ts";
import { needsPeers } from "../kit/peers.ts";

const amd64 = machineOf({ os: "linux", architecture: "amd64" }) as Machine;
const libraries = "/usr/lib/x86_64-linux-gnu";
const codename = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "";

/** Real paths of a program and of the addons of this repository's own dependencies. */
const node = realpathSync(process.execPath);
const addons = readdirSync("node_modules", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".node"))
  .map((path) => realpathSync(`node_modules/${path}`))
  .sort();

function linked(path: string): LinkedFile {
  return { ...entryOf("/", path.slice(1), undefined), owner: path };
}

function needsAmd64(context: TestContext, ...peers: string[]): void {
  if (arch !== "x64") context.skip("knows the folders of x86-64 only");
  needsPeers(context, ...peers);
}

describe("what is missing on this machine, as ldd says", () => {
  let root: RootView;
  beforeAll(() => {
    root = hostRoot();
  });
  const missing = (path: string) =>
    unmetLibraries(root, [linked(path)], amd64, []).map(({ library, versions }) =>
      [library, ...versions].join(" "),
    );

  test("the libraries of programs, and of the addons that are for it", (context) => {
    needsAmd64(context, "ldd");
    const names = readdirSync(libraries).filter((name) => /\.so\.\d+$/.test(name));
    const some = [...draw(names, 40, 7).map((name) => realpathSync(`${libraries}/${name}`)), node, ...addons];
    for (const path of some) expect([path, missing(path)]).toEqual([path, missedByLdd(path)]);
  });
});

/** Only of what the file itself asks for: ldd also tells what its libraries ask for. */
function missedByLdd(path: string): string[] {
  const own = new Set(linked(path).elf?.needed ?? []);
  const text = attemptText(() =>
    execFileSync("ldd", [path], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
  );
  return [...text.matchAll(/^\s*(\S+) => not found$/gm)]
    .map(([, name]) => name as string)
    .filter((name) => own.has(name))
    .sort();
}

function attemptText(work: () => string): string {
  try {
    return work();
  } catch {
    return "";
  }
}

describe("which packages of the host's own mirror have libraries", () => {
  const request: DebianRequest = {
    from: "debian",
    suite: [codename],
    components: ["main"],
    repositories: [],
    keys: [],
    allowUnsigned: false,
    variant: "none",
    include: [],
    exclude: [],
    prefer: [],
    recommends: false,
    pin: {},
  };
  const seams = {
    environment: process.env,
    host: thisHost,
    readKeyFile: async () => new Uint8Array(0),
    fetch: webFetch({ environment: process.env, host: thisHost }),
    store: memoryStore(),
    now: () => new Date(),
  };
  const resolve = async (context: TestContext, needs: readonly LibraryNeed[]) => {
    needsAmd64(context, "dpkg");
    const plan = await planRepositories(request, ["amd64"], seams).catch(() => undefined);
    if (plan === undefined)
      return context.skip("this host has no Debian mirror set up, and TARE_DEBIAN_MIRROR is not set");
    const { packages } = await resolveDebian(
      request,
      plan.repositories,
      ["amd64"],
      () => [],
      seams,
      () => needs,
    );
    return packages[0] ?? [];
  };

  test("node and addons need glibc and GCC's runtime", async (context) => {
    const needs = libraryNeeds([node, ...addons].map(linked), amd64, []);
    expect(needs.map(({ library }) => library)).toContain(amd64.interpreter);
    const packages = await resolve(context, needs);
    const direct = packages?.filter(({ because }) => because.some((name) => name.startsWith("/")));
    expect(direct?.map(({ name }) => name)).toEqual(["libc6", "libgcc-s1", "libstdc++6"]);
  }, 120_000);

  test("any library of this machine comes from the package that dpkg says has it", async (context) => {
    needsAmd64(context, "dpkg");
    const names = readdirSync(libraries).filter((name) => /\.so\.\d+$/.test(name));
    const truth = new Map<string, string>();
    for (const name of draw(names, 60, 11)) {
      const owner = ownerOf(name);
      if (owner !== undefined && truth.size < 20) truth.set(name, owner);
    }
    const needs = [...truth.keys()].map((library) => ({ library, neededBy: [library], file: "/it" }));
    const packages = await resolve(context, needs);
    for (const [library, owner] of truth) {
      const direct = packages?.filter(({ because }) => because.includes(library)).map(({ name }) => name);
      expect([library, direct]).toEqual([library, [owner]]);
    }
  }, 120_000);
});

/** Of a library that a package has in a folder of the linker; dpkg knows the folder by the name that the package uses. */
function ownerOf(name: string): string | undefined {
  for (const folder of [libraries, libraries.slice("/usr".length)]) {
    const text = attemptText(() =>
      execFileSync("dpkg", ["-S", `${folder}/${name}`], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    );
    const owner = /^([^:,\s]+)(?::\w+)?: /m.exec(text)?.[1];
    if (owner !== undefined) return owner;
  }
  return undefined;
}
