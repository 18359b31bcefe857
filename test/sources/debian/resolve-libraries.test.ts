import { describe, expect, test } from "vitest";
import type { Fetch } from "../../../src/model/seams.ts";
import type { RepositoryPlan } from "../../../src/sources/debian/plan.ts";
import type { DebianRequest } from "../../../src/sources/debian/request.ts";
import { resolveDebian } from "../../../src/sources/debian/resolve.ts";
import { parseKeyring } from "../../../src/trust/keyring.ts";
import { type DebianRepository, debianRepository, type RepositoryData } from "../../kit/debian-repository.ts";
import { memoryStore } from "../../kit/memory-store.ts";
import { fetchFrom } from "../../kit/serve.ts";

const base = "http://mirror.example/debian";
const lib = "usr/lib/x86_64-linux-gnu";
const packages = [
  { name: "libc6", files: { [`${lib}/libc.so.6`]: "", "usr/lib64/ld-linux-x86-64.so.2": "" } },
  { name: "libodd-name", files: { [`${lib}/libodd.so.1`]: "" }, fields: { Depends: "libc6" } },
  { name: "liboddly-dev", files: { [`${lib}/libodd.so`]: "" }, fields: { Section: "libdevel" } },
  { name: "extra", component: "contrib", files: { [`${lib}/libextra.so.2`]: "" } },
];
const make = (data: Partial<RepositoryData> = {}) => debianRepository({ packages, ...data });

const request: DebianRequest = {
  from: "debian",
  suite: ["bookworm"],
  components: ["main", "contrib"],
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

/** A client of one mirror, whose store lives as long as it. */
function clientOf(
  repository: DebianRepository,
  alter: (fetch: Fetch) => Fetch = (fetch) => fetch,
  exclude: readonly string[] = [],
) {
  const asked: string[] = [];
  const notes: string[] = [];
  const store = memoryStore();
  const fetch = alter(fetchFrom(base, repository.files, asked));
  const plan: RepositoryPlan = {
    id: "debian/bookworm",
    suite: "bookworm",
    components: request.components,
    mirrors: [base],
    origin: undefined,
    checkValidUntil: true,
    pins: [],
    allowUnsigned: false,
    keyring: async () => parseKeyring(repository.keyring, "test.gpg"),
    optional: false,
  };
  const seams = { fetch, store, now: () => new Date("2025-06-01T00:00:00Z"), sleep: async () => {} };
  const resolve = async (...libraries: string[]) => {
    const needs = libraries.map((library) => ({ library, neededBy: ["node"], file: "/bin/node" }));
    const { packages, notes: told } = await resolveDebian(
      { ...request, exclude },
      [plan],
      ["amd64"],
      () => [],
      seams,
      () => needs,
    );
    notes.push(...told);
    return packages[0]?.map(({ name, because }) => `${name} (${because.join(", ")})`);
  };
  return { resolve, asked, notes };
}

const contentsAsked = (asked: readonly string[]) =>
  asked.filter((path) => !path.includes("Packages") && !path.endsWith("InRelease"));

test.each(["component", "suite"] as const)(
  "the lists of files say which packages, by %s",
  async (contents) => {
    const { resolve } = clientOf(await make({ contents }));
    expect(await resolve("/lib64/ld-linux-x86-64.so.2", "libc.so.6", "libodd.so.1", "libextra.so.2")).toEqual(
      ["extra (node)", "libc6 (libodd-name, node)", "libodd-name (node)"],
    );
  },
);

test("they are fetched when something is needed, once", async () => {
  const { resolve, asked } = clientOf(await make({ contents: "component", byHash: false }));
  expect(await resolve()).toEqual([]);
  expect(contentsAsked(asked)).toEqual([]);
  await resolve("libc.so.6");
  await resolve("libodd.so.1");
  expect(contentsAsked(asked)).toEqual([
    "dists/bookworm/main/Contents-amd64.gz",
    "dists/bookworm/contrib/Contents-amd64.gz",
  ]);
});

test("without such lists, packages are told by their names", async () => {
  const { resolve } = clientOf(await make());
  expect(await resolve("libc.so.6")).toEqual(["libc6 (node)"]);
  await expect(resolve("libodd.so.1")).rejects.toMatchObject({ code: "NO_LIBRARY" });
});

test("a mirror that leaves the lists out, although its Release speaks of them, is taken as one without", async () => {
  const repository = await make({ contents: "component" });
  for (const path of repository.files.keys())
    if (/Contents|by-hash/.test(path)) repository.files.delete(path);
  const { resolve } = clientOf(repository);
  expect(await resolve("libc.so.6")).toEqual(["libc6 (node)"]);
});

describe("a list that is not the one of the Release, as while the mirror changes", () => {
  const changed = async () => {
    const repository = await make({ contents: "component", byHash: false });
    const list = Buffer.from(`${lib}/libc.so.6 libs/extra\n`);
    repository.files.set("dists/bookworm/main/Contents-amd64.gz", list);
    return clientOf(repository);
  };

  test("is not read: packages are told by their names, and a note says so", async () => {
    const { resolve, notes } = await changed();
    expect(await resolve("libc.so.6", "libextra.so.2")).toEqual(["extra (node)", "libc6 (node)"]);
    expect(notes).toEqual([
      "The lists of files of debian/bookworm do not fit its Release, so the packages of libraries were found by their names; the packages themselves are checked as ever.",
    ]);
  });

  test("is the failure where names tell nothing", async () => {
    const { resolve } = await changed();
    await expect(resolve("libodd.so.1")).rejects.toMatchObject({ code: "REPOSITORY_CHANGED" });
  });
});

test("a mirror that fails is no mirror without lists", async () => {
  const failing = (fetch: Fetch) => async (request: Request) =>
    request.url.includes("Contents") ? new Response("", { status: 503 }) : fetch(request);
  const { resolve } = clientOf(await make({ contents: "component", byHash: false }), failing);
  await expect(resolve("libc.so.6")).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
});

test("what is excluded and is nowhere is told", async () => {
  const { resolve, notes } = clientOf(await make(), undefined, ["extra", "libood"]);
  expect(await resolve("libc.so.6")).toEqual(["libc6 (node)"]);
  expect(notes).toEqual(['No package matches "libood", which "exclude" names.']);
});
